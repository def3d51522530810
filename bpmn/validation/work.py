"""Rules about boxes: what each kind of activity needs so that somebody or something can do it."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, ActivityKind, ProcessModel
from bpmn.validation.problem import Problem, warning

GUARDS = ("statutory", "ordered")
_PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL)


def activities(model: ProcessModel) -> Iterator[Problem]:
    for activity in model.activities:
        yield from _needs(model, activity)
        yield from _repetition(activity)
        yield from _not_run(activity)
        yield from _separation(model, activity)


def _needs(model: ProcessModel, activity: Activity) -> Iterator[Problem]:
    id = activity.id
    if activity.kind is ActivityKind.TASK:
        yield Problem(
            "untyped_task",
            id,
            f"{id} does not say who or what does it.",
            "Make it a user, service, rule or script task.",
        )
    if activity.kind in _PEOPLE:
        yield from _people(model, activity)
    if activity.kind is ActivityKind.RULE and not activity.decision:
        yield Problem("rule_without_decision", id, f"The rule task {id} names no decision table.", "Set qj:decision.")
    if activity.kind is ActivityKind.SERVICE and not activity.service:
        yield Problem("service_missing", id, f"The automatic task {id} names no service task.", "Set qj:service.")
    if activity.kind is ActivityKind.SEND and not (activity.message or activity.service):
        yield Problem(
            "message_without_name", id, f"The send task {id} names no message.", "Name the message or the service task."
        )
    if activity.kind is ActivityKind.RECEIVE and not activity.message:
        yield Problem("message_without_name", id, f"The receive task {id} waits for no message.", "Name the message.")
    if activity.kind is ActivityKind.SCRIPT and not activity.script:
        yield from _script(activity)
    if activity.kind is ActivityKind.CALL and not activity.called:
        yield Problem("call_without_target", id, f"{id} calls no procedure.", "Name the procedure that it calls.")


def _people(model: ProcessModel, activity: Activity) -> Iterator[Problem]:
    if activity.lane is not None and activity.lane not in {lane.id for lane in model.lanes}:
        return  # `lanes` names the unknown lane
    if not model.posts(activity.id):
        yield Problem(
            "no_post",
            activity.id,
            f"No post does {activity.id}: neither the task nor its lane names one.",
            "Set qj:posts on the lane or on the task.",
        )
    if activity.kind is ActivityKind.USER and not activity.form:
        yield warning("no_form", activity.id, f"The officer of {activity.id} is shown no form.", "Set qj:form.")


def _script(activity: Activity) -> Iterator[Problem]:
    if activity.script_text:
        language = activity.script_format or "no stated language"
        yield Problem(
            "foreign_script",
            activity.id,
            f"The script of {activity.id} ({language}) is no list of FEEL assignments.",
            'Write scriptFormat="feel" and lines such as: late_fee = tax * 0.0005 * days',
        )
    else:
        yield Problem(
            "empty_script", activity.id, f"The script task {activity.id} has no script.", "Write one, or delete it."
        )


def _repetition(activity: Activity) -> Iterator[Problem]:
    many = activity.multi_instance
    if many is not None and not (many.collection or many.cardinality):
        yield Problem(
            "repetition_of_what",
            activity.id,
            f"Nothing says for what, or how often, {activity.id} is repeated.",
            "Name a list (qj:collection) or a number of times.",
        )
    if many is not None and activity.loop_condition is not None:
        yield Problem(
            "two_repetitions", activity.id, f"{activity.id} is a loop and a multi-instance at once.", "Keep one."
        )
    if activity.loop_condition == "":
        yield Problem(
            "loop_without_condition",
            activity.id,
            f"Nothing says how long {activity.id} is repeated.",
            "Write the condition of the loop.",
        )


def _not_run(activity: Activity) -> Iterator[Problem]:
    for wanted, rule, what in (
        (activity.ad_hoc, "ad_hoc", "is an ad-hoc subprocess"),
        (activity.transaction, "transaction", "is a transaction"),
        (activity.for_compensation, "compensation", "is there for compensation"),
    ):
        if wanted:
            yield Problem(
                rule,
                activity.id,
                f"{activity.id} {what}, which the engine does not run.",
                "Draw it with flows and events.",
            )


def _separation(model: ProcessModel, activity: Activity) -> Iterator[Problem]:
    for other in activity.four_eyes:
        if not model.has(other) or not isinstance(model.node(other), Activity):
            yield Problem(
                "four_eyes_unknown",
                activity.id,
                f"{activity.id} is to be done by somebody else than {other!r}, which is no activity of this process.",
                "Name the id of an activity in qj:fourEyes.",
            )
        elif other == activity.id:
            yield Problem(
                "four_eyes_itself", other, f"{other} excludes its own officer.", "Name another activity in qj:fourEyes."
            )
        elif model.activity(other).kind not in _PEOPLE:
            yield warning(
                "four_eyes_machine",
                activity.id,
                f"No officer does {other}, which {activity.id} excludes.",
                "Delete it.",
            )
    for guard in sorted(activity.guards - set(GUARDS)):
        yield warning(
            "unknown_guard",
            activity.id,
            f"{activity.id} has the guard {guard!r}, which protects from nothing.",
            f"Known: {', '.join(GUARDS)}.",
        )


def lanes(model: ProcessModel) -> Iterator[Problem]:
    known = {lane.id for lane in model.lanes}
    for node in model.nodes:
        if node.lane is not None and node.lane not in known:
            yield Problem(
                "unknown_lane",
                node.id,
                f"{node.id} stands in the lane {node.lane!r}, which does not exist.",
                "Move it.",
            )
    for lane in model.lanes:
        if lane.parent is not None and lane.parent not in known:
            yield Problem(
                "unknown_lane",
                lane.id,
                f"{lane.id} is part of the lane {lane.parent!r}, which does not exist.",
                "Move it.",
            )
        work = [n for n in model.activities if n.lane == lane.id and n.kind in _PEOPLE]
        if work and not lane.posts and not all(activity.posts for activity in work):
            yield warning(
                "lane_without_post",
                lane.id,
                f"The lane {lane.id} names no post, but people work in it.",
                "Set qj:posts.",
            )
