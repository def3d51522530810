"""A model and a scenario as a program: the token game with numbered places, and what each element costs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from bpmn.model import Activity, ActivityKind, EventNode, Position, ProcessModel, Timer, TimerKind, Trigger
from bpmn.semantics import Net, Transition, net
from mining.errors import ScenarioIncomplete
from mining.simulation.chance import key_of
from mining.simulation.conditions import Choice, Sample, Scenario, Wait, Work

AUTOMATIC = (ActivityKind.SERVICE, ActivityKind.RULE, ActivityKind.SCRIPT, ActivityKind.SEND, ActivityKind.CALL)
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?(?![A-Z0-9])")
_NOTHING = Sample((0.0,))


@dataclass(eq=False, slots=True)
class Step:
    """A transition with numbered places. `outcome` is the name of the choice that it stands for."""

    node: str
    visible: bool
    inputs: tuple[int, ...]
    takes: tuple[int, ...]  # inputs whose token goes; one that is put back at once stays untouched
    puts: tuple[int, ...]
    resets: tuple[int, ...]
    unless: tuple[int, ...]
    outcome: str


@dataclass(eq=False, slots=True)
class Element:
    """A node that takes time: an activity, or an event that is waited for."""

    id: str
    key: int
    staffed: bool = False
    processing: Sample = _NOTHING
    delay: Sample | None = None
    wait: Wait | None = None
    timer: tuple[float, bool] | None = None  # seconds (or working days if True) that the model itself says
    is_event: bool = False
    recorded: bool = False  # whether the moment of enablement is recorded although no officer does it
    separate_from: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    steps: dict[int, tuple[Step, ...]] = field(default_factory=dict)  # by the place at which it waits


@dataclass(eq=False)
class Program:
    """`timed[p]` are the elements that begin when a token comes to p, `immediate[p]` the steps that need no time."""

    model: ProcessModel
    version: int | None
    arm: str | None
    initial: tuple[int, ...]
    places: int
    timed: list[tuple[Element, ...]]
    immediate: list[tuple[Step, ...]]
    guarded: tuple[Step, ...]
    elements: dict[str, Element]
    choices: dict[str, Choice]
    keys: dict[str, int]
    numbers: dict[str, int]  # of the places of the net, by their names


def outcome(transition: Transition, *, activity: bool) -> str:
    """The name of what was chosen: `again`, `skip`, or the flows taken."""
    if activity and transition.inputs == transition.outputs:
        return "again"
    if activity and transition.label is None and not transition.flows:
        return "enter"
    if activity and transition.label is None:
        return "skip"
    if activity and transition.outputs == (f"{transition.node}:start",):
        return "again"
    return "+".join(transition.flows)


def compiled(model: ProcessModel, scenario: Scenario, *, version: int | None, arm: str | None) -> Program:
    """The program of one version; raises ScenarioIncomplete where nothing is known of an activity."""
    board = net(model)
    number = {place: i for i, place in enumerate(board.places)}
    elements: dict[str, Element] = {}
    timed: list[dict[str, Element]] = [{} for _ in number]
    immediate: list[list[Step]] = [[] for _ in number]
    for transition in board.transitions:
        step = _step(model, transition, number)
        place = number[transition.inputs[0]]
        if _takes_time(model, board, transition):
            element = elements.get(transition.node) or _element(model, scenario, transition.node)
            elements[transition.node] = timed[place][transition.node] = element
            element.steps[place] = (*element.steps.get(place, ()), step)
        else:
            for each in transition.inputs:
                immediate[number[each]].append(step)
    guarded = tuple(step for steps in immediate for step in steps if step.unless)
    return Program(
        model=model,
        version=version,
        arm=arm,
        initial=tuple(number[place] for place in board.initial),
        places=len(number),
        timed=[tuple(found.values()) for found in timed],
        immediate=[tuple(steps) for steps in immediate],
        guarded=tuple(dict.fromkeys(guarded)),
        elements=elements,
        choices=dict(scenario.choices),
        keys={node.id: key_of(f"{node.id}:choice") for node in model.nodes} | {model.key: key_of(model.key)},
        numbers=number,
    )


def _step(model: ProcessModel, transition: Transition, number: dict[str, int]) -> Step:
    activity = model.has(transition.node) and isinstance(model.node(transition.node), Activity)
    named = outcome(transition, activity=activity)
    stays = set() if named == "again" else set(transition.inputs) & set(transition.outputs)
    return Step(
        node=transition.node,
        visible=transition.label is not None,
        inputs=tuple(number[p] for p in transition.inputs),
        takes=tuple(number[p] for p in transition.inputs if p not in stays),
        puts=tuple(number[p] for p in transition.outputs if p not in stays),
        resets=tuple(sorted(number[p] for p in transition.resets)),
        unless=tuple(sorted(number[p] for p in transition.unless)),
        outcome=named,
    )


def _takes_time(model: ProcessModel, board: Net, transition: Transition) -> bool:
    if transition.label is None or not model.has(transition.node):
        return False
    node = model.node(transition.node)
    if isinstance(node, Activity):
        return node.kind is not ActivityKind.SUBPROCESS
    if not isinstance(node, EventNode):
        return False
    if node.position is Position.CATCH:
        return node.trigger is not Trigger.LINK
    listens = transition.inputs[0] != node.id  # it waits where its host runs, not for a token thrown to it
    return listens and (node.position is Position.BOUNDARY or _starts_on_event(model, node))


def _starts_on_event(model: ProcessModel, node: EventNode) -> bool:
    return node.position is Position.START and node.scope is not None and model.activity(node.scope).triggered_by_event


def _element(model: ProcessModel, scenario: Scenario, id: str) -> Element:
    node = model.node(id)
    if isinstance(node, EventNode):
        wait = scenario.waits.get(id)
        return Element(id, key_of(id), wait=wait, timer=_timer(node.timer), is_event=True)
    assert isinstance(node, Activity)
    if node.kind is ActivityKind.RECEIVE:
        return Element(id, key_of(id), wait=scenario.waits.get(id), is_event=True)
    work = scenario.work.get(id)
    if node.kind in AUTOMATIC:
        seconds = work.processing if work is not None and not work.officers and work.processing.quantiles else _NOTHING
        return Element(id, key_of(id), processing=seconds)
    if work is None:
        raise ScenarioIncomplete(id, "the time and the officers")
    return _performed(model, node, work)


def _performed(model: ProcessModel, node: Activity, work: Work) -> Element:
    return Element(
        node.id,
        key_of(node.id),
        staffed=bool(work.officers),
        recorded=True,
        processing=work.processing,
        delay=work.delay,
        separate_from=node.four_eyes,
        posts=model.posts(node.id),
    )


def _timer(timer: Timer | None) -> tuple[float, bool] | None:
    """What a timer says as it is drawn: seconds, or working days (True). None where only data can tell."""
    if timer is None or timer.kind is TimerKind.DATE:
        return None
    duration = literal_duration(timer.expression)
    if duration is None:
        return None
    if timer.working and duration % timedelta(days=1) == timedelta(0):
        return duration / timedelta(days=1), True
    return duration.total_seconds(), False


def literal_duration(expression: str) -> timedelta | None:
    """The ISO 8601 duration in an expression such as `duration("P3D")`, `"PT4H"` or `R3/P1D`; None if it computes one."""
    text = expression.strip()
    for prefix, suffix in (('duration("', '")'), ('"', '"')):
        if text.startswith(prefix) and text.endswith(suffix):
            text = text[len(prefix) : -len(suffix)]
    match = _DURATION.fullmatch(re.sub(r"^R\d*/", "", text))
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
