"""What no redesign may do: break the law's tags, weaken the four eyes, cut data off, or lose soundness."""

from __future__ import annotations

from dataclasses import replace

from bpmn.changes.editing import name, next_of, with_node
from bpmn.dependence import Materials, computes_with, independence, writes
from bpmn.errors import BpmnError, ChangeRefused, UnknownData
from bpmn.feel import FeelError, parse
from bpmn.model import Activity, ProcessModel
from bpmn.semantics import net, soundness


def activity_of(model: ProcessModel, id: str) -> Activity:
    if not model.has(id) or not isinstance(model.node(id), Activity):
        raise ChangeRefused(f"The model has no activity {id!r}.")
    return model.activity(id)


def refuse_statutory(model: ProcessModel, activity: Activity, deed: str) -> None:
    if "statutory" in activity.guards:
        raise ChangeRefused(f"{name(model, activity.id)} is required by law (guard `statutory`) and may not be {deed}.")


def refuse_ordered(model: ProcessModel, activity: Activity) -> None:
    if "ordered" in activity.guards:
        raise ChangeRefused(f"{name(model, activity.id)} has its place by law (guard `ordered`) and may not be moved.")


def independent(model: ProcessModel, one: str, other: str, materials: Materials) -> None:
    """Refuses where one of the two needs the data, or the second pair of eyes, of the other."""
    for first, second in ((one, other), (other, one)):
        if first in activity_of(model, second).four_eyes:
            raise ChangeRefused(
                f"{name(model, second)} controls {name(model, first)} by a second pair of eyes and must follow it."
            )
    try:
        found = independence(model, one, other, materials)
    except UnknownData as error:
        raise ChangeRefused(f"Whether they are independent cannot be told. {error}") from error
    if not found.independent:
        shared = ", ".join(sorted(found.shared))
        raise ChangeRefused(f"{name(model, one)} and {name(model, other)} are tied by the data {shared}.")


def unread(
    model: ProcessModel,
    activity: str,
    materials: Materials,
    *,
    beside: frozenset[str] = frozenset(),
    known: frozenset[str] = frozenset(),
) -> None:
    """Refuses where something else computes with what the activity alone writes; `beside` are elements that go too,
    `known` is data that is written otherwise then."""
    try:
        written = writes(model, activity, materials) - known
        for other in model.nodes:
            if other.id == activity or other.id in beside:
                continue
            lost = written & computes_with(model, other.id, materials) - _others_write(
                model, activity, beside, materials
            )
            if lost:
                raise ChangeRefused(
                    f"{name(model, other.id)} needs {', '.join(sorted(lost))}, which only {name(model, activity)} finds out."
                )
    except UnknownData as error:
        raise ChangeRefused(f"Whether something later needs its outcome cannot be told. {error}") from error


def _others_write(model: ProcessModel, activity: str, beside: frozenset[str], materials: Materials) -> frozenset[str]:
    others = [n.id for n in model.nodes if n.id != activity and n.id not in beside]
    return frozenset[str]().union(*(writes(model, other, materials) for other in others))


def eyes_passed_on(model: ProcessModel, dropped: Activity) -> ProcessModel:
    """The model in which those who controlled the dropped activity control what it controlled, so that everything that
    was seen by two people still is; refuses where nobody is left to do so."""
    controllers = [a for a in model.activities if dropped.id in a.four_eyes]
    covered = {id for a in model.activities if a.id != dropped.id for id in a.four_eyes}
    if dropped.four_eyes and not controllers and not set(dropped.four_eyes) <= covered:
        seen = ", ".join(name(model, id) for id in dropped.four_eyes)
        raise ChangeRefused(f"{name(model, dropped.id)} is the second pair of eyes on {seen}; nobody else is.")
    for controller in controllers:
        eyes = [id for id in (*controller.four_eyes, *dropped.four_eyes) if id not in (dropped.id, controller.id)]
        if not eyes:
            raise ChangeRefused(
                f"{name(model, controller.id)} must be done by another person than {name(model, dropped.id)}; "
                "without that no second pair of eyes is left."
            )
        model = with_node(model, replace(controller, four_eyes=tuple(dict.fromkeys(eyes))))
    return model


def directly_before(model: ProcessModel, first: Activity, second: Activity) -> None:
    if next_of(model, first.id) != second.id or len(model.incoming(second.id)) != 1:
        raise ChangeRefused(f"{name(model, second.id)} does not directly follow {name(model, first.id)} and it alone.")


def readable(text: str) -> None:
    try:
        parse(text)
    except FeelError as error:
        raise ChangeRefused(f"The condition {text!r} cannot be read: {error}") from error


def still_sound(before: ProcessModel, after: ProcessModel) -> None:
    """Refuses a change that makes a sound model unsound; of a model that was not sound nothing can be promised."""
    try:
        was, becomes = (soundness(net(model, repeat=False)) for model in (before, after))
    except BpmnError as error:
        raise ChangeRefused(f"Whether the model stays sound cannot be told. {error}") from error
    if was.sound is False:
        raise ChangeRefused(f"The model is not sound as it is; repair it first. {was.reason}")
    if becomes.sound is False:
        raise ChangeRefused(f"The changed model would not be sound. {becomes.reason}")
    if was.sound and becomes.sound is None:
        raise ChangeRefused(f"Whether the changed model is sound is not decided. {becomes.reason}")
