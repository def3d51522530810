"""A process model: what should happen, as frozen values.

Scopes are flat: a node inside a subprocess names that subprocess in `scope`; nodes of the process itself have `scope=None`.
Expressions (conditions, timers, scripts, correlation) are FEEL text; a timer that a file writes as `P5D` is
`duration("P5D")` here. Whatever of a file has no term of ours is kept in `extensions`, so that writing gives back what was
read (`bpmn.kept` says how).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from bpmn.errors import UnknownElement


class ActivityKind(StrEnum):
    TASK = "task"  # drawn without a type: not executable as it is
    USER = "user"
    MANUAL = "manual"
    SERVICE = "service"
    RULE = "rule"  # BPMN's businessRuleTask
    SCRIPT = "script"
    SEND = "send"
    RECEIVE = "receive"
    SUBPROCESS = "subprocess"
    CALL = "call"


class GatewayKind(StrEnum):
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"
    EVENT_BASED = "event_based"
    COMPLEX = "complex"


class Position(StrEnum):
    START = "start"
    CATCH = "catch"
    THROW = "throw"
    BOUNDARY = "boundary"
    END = "end"


class Trigger(StrEnum):
    NONE = "none"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITIONAL = "conditional"
    ERROR = "error"
    ESCALATION = "escalation"
    COMPENSATE = "compensate"
    CANCEL = "cancel"
    LINK = "link"
    TERMINATE = "terminate"
    MULTIPLE = "multiple"


class TimerKind(StrEnum):
    DATE = "date"
    DURATION = "duration"
    CYCLE = "cycle"


class Behavior(StrEnum):
    """When a multi-instance activity throws events of its own: never, with the first instance, with each, by conditions."""

    ALL = "All"
    ONE = "One"
    NONE = "None"
    COMPLEX = "Complex"


Extensions: TypeAlias = tuple[str, ...]  # verbatim XML of foreign elements; foreign attributes as `name=value`


@dataclass(frozen=True, slots=True)
class Repair:
    """What had to be put right so that a file could become a model: a named rule, the element, a sentence."""

    rule: str
    element: str
    message: str


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer fires. With `working=True` a duration counts working days and hours of the office's calendar."""

    kind: TimerKind
    expression: str
    working: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of a script: `name = FEEL expression`."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """One trigger of an event that has several, or what an instance of an activity throws; fields as in `EventNode`."""

    trigger: Trigger
    id: str | None = None
    timer: Timer | None = None
    message: str | None = None
    correlation: str | None = None
    signal: str | None = None
    code: str | None = None
    link: str | None = None
    condition: str | None = None
    compensates: str | None = None
    waits: bool = True
    extensions: Extensions = ()


@dataclass(frozen=True, slots=True)
class InstanceThrow:
    """Events that a finished instance throws. With a `condition` (FEEL) only where it holds, and the others end then."""

    events: tuple[EventDefinition, ...] = ()
    condition: str | None = None
    extensions: Extensions = ()


@dataclass(frozen=True, slots=True)
class Listener:
    """What another engine calls at an event of an element (`create`, `complete`, `start`, `end`); here it is only shown.

    `call` is a class, an expression or, where `language` is given, a script in it.
    """

    event: str
    call: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Many instances of one activity, over a FEEL list or a count; `complete_when` is a FEEL condition (会签/或签)."""

    sequential: bool = False
    collection: str | None = None
    cardinality: str | None = None
    element: str | None = None
    complete_when: str | None = None
    behavior: Behavior = Behavior.ALL
    throws: tuple[InstanceThrow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything that a flow can touch. `name` is the drawn (Chinese) name, `names` has other languages by code."""

    id: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    scope: str | None = None
    documentation: str = ""
    listeners: tuple[Listener, ...] = ()
    extensions: Extensions = ()

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Activity(Node):
    """A box of the drawing.

    `form`, `decision` and `service` are keys of the form, decision table or registered service task that it uses.
    `four_eyes` names activities whose officer may not do this one; `skills` what the officer has to be able to do, `key` or
    `key:level`. While it waits with `stops_clock`, the statutory time limit of the case stands still (the taxpayer corrects papers).
    A call activity runs the version of `called` that was active when the drawing was deployed, with `calls_latest` the one that is
    active when the call begins. `posts` overrides those of the lane. `assignee` (a user),
    `candidates` (a list of users) and `priority` (a number) are FEEL; the posts decide who may do the work.
    A script that is no list of FEEL assignments is kept as it is written in `script_text`, its language in `script_format`.
    `loop_condition` is "" when the drawing says that the activity repeats, but not until when.
    `start_quantity` tokens are needed to begin it, `completion_quantity` leave on each flow; `instantiate` lets a message begin
    a case at this receive task. An ad-hoc subprocess does what is in it `in_turn` or at once, until `complete_when` (FEEL) holds or
    all is done; what still runs then is ended, or waited for where `cancel_remaining` is false.
    `guards` are legal tags that forbid changes: `statutory` (may not be dropped or automated), `ordered` (may not be moved).
    """

    kind: ActivityKind = ActivityKind.TASK
    form: str | None = None
    decision: str | None = None
    service: str | None = None
    script: tuple[Assignment, ...] = ()
    script_text: str | None = None
    script_format: str | None = None
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    message: str | None = None
    correlation: str | None = None
    called: str | None = None
    calls_latest: bool = False
    posts: tuple[str, ...] = ()
    assignee: str | None = None
    candidates: str | None = None
    priority: str | None = None
    four_eyes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    stops_clock: bool = False
    guards: frozenset[str] = frozenset()
    due: Timer | None = None
    multi_instance: MultiInstance | None = None
    loop_condition: str | None = None
    default: str | None = None
    for_compensation: bool = False
    triggered_by_event: bool = False
    ad_hoc: bool = False
    in_turn: bool = False
    complete_when: str | None = None
    cancel_remaining: bool = True
    start_quantity: int = 1
    completion_quantity: int = 1
    instantiate: bool = False
    transaction: bool = False


@dataclass(frozen=True, kw_only=True)
class Gateway(Node):
    """A diamond. `activation` is the FEEL condition with which a complex gateway goes on; it sees `activationCount`."""

    kind: GatewayKind = GatewayKind.EXCLUSIVE
    default: str | None = None
    activation: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventNode(Node):
    """A circle of the drawing. `message`, `signal`, `code` (error, escalation) and `link` are names, not ids.

    An event with several `definitions` (its trigger is `multiple`) is caught when one of them came, or with `all_of` when all did.
    `compensates` names the activity that a compensation is thrown for (None: all), which is waited for unless `waits` is false;
    `handler` is the activity that makes undone what the compensation event sits on. `form` is the form with which a person
    starts a case.
    """

    position: Position
    trigger: Trigger = Trigger.NONE
    timer: Timer | None = None
    message: str | None = None
    correlation: str | None = None
    signal: str | None = None
    code: str | None = None
    link: str | None = None
    condition: str | None = None
    compensates: str | None = None
    waits: bool = True
    handler: str | None = None
    definitions: tuple[EventDefinition, ...] = ()
    all_of: bool = False
    attached_to: str | None = None
    form: str | None = None
    interrupting: bool = True
    stops_clock: bool = False


AnyNode: TypeAlias = Activity | Gateway | EventNode


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow; `condition` is FEEL, or None for an unconditional one."""

    id: str
    source: str
    target: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str | None = None
    extensions: Extensions = ()


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane and the posts whose officers do its work."""

    id: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    posts: tuple[str, ...] = ()
    parent: str | None = None
    scope: str | None = None
    extensions: Extensions = ()

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.name or self.id


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle of the diagram, in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Diagram coordinates by element id: rectangles of shapes, way-points of edges, rectangles of labels.

    `expanded` says of subprocesses whether their content is drawn, `horizontal` of pools and lanes how they lie; an id that
    is missing there takes the default of the standard. `styles` holds by element what else its shape or edge had (colours,
    fonts), `extensions` what else the diagram had.
    """

    shapes: Mapping[str, Bounds] = field(default_factory=dict)
    edges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    labels: Mapping[str, Bounds] = field(default_factory=dict)
    expanded: Mapping[str, bool] = field(default_factory=dict)
    horizontal: Mapping[str, bool] = field(default_factory=dict)
    styles: Mapping[str, Extensions] = field(default_factory=dict)
    extensions: Extensions = ()


@dataclass(frozen=True, kw_only=True)
class ProcessModel:
    """One process with its lanes, nodes, flows and layout. `key` is the BPMN process id.

    `extensions` keeps what else the process had (artifacts, data objects), `raw` what else the file had (pools, message
    flows, item definitions, other processes), both for writing it back. `repairs` is how it was read and no part of its value.
    Nodes, flows and lanes stand in one order: what is inside follows at once what it is inside of.
    """

    key: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[AnyNode, ...] = ()
    flows: tuple[Flow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    layout: Layout = field(default_factory=Layout)
    documentation: str = ""
    executable: bool = True
    extensions: Extensions = ()
    raw: Extensions = ()
    repairs: tuple[Repair, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        scopes = _preorder([(n.id, n.scope) for n in self.nodes])
        scope_of = {n.id: n.scope for n in self.nodes}
        object.__setattr__(self, "nodes", tuple(self.nodes[i] for i in scopes))
        place: dict[str | None, int] = {None: -1}
        for i, node in enumerate(self.nodes):
            place.setdefault(node.id, i)
        flows = sorted(self.flows, key=lambda f: place.get(scope_of.get(f.source), -1))
        object.__setattr__(self, "flows", tuple(flows))
        lanes = sorted(self.lanes, key=lambda lane: place.get(lane.scope, -1))
        order = _preorder([(lane.id, lane.parent) for lane in lanes])
        object.__setattr__(self, "lanes", tuple(lanes[i] for i in order))

    @cached_property
    def _by_id(self) -> dict[str, AnyNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _out(self) -> dict[str, tuple[Flow, ...]]:
        return {n.id: tuple(f for f in self.flows if f.source == n.id) for n in self.nodes}

    @cached_property
    def _in(self) -> dict[str, tuple[Flow, ...]]:
        return {n.id: tuple(f for f in self.flows if f.target == n.id) for n in self.nodes}

    def node(self, id: str) -> AnyNode:
        """The node with that id; raises UnknownElement."""
        try:
            return self._by_id[id]
        except KeyError:
            raise UnknownElement(self.key, id) from None

    def has(self, id: str) -> bool:
        return id in self._by_id

    def activity(self, id: str) -> Activity:
        node = self.node(id)
        if not isinstance(node, Activity):
            raise UnknownElement(self.key, id)
        return node

    def flow(self, id: str) -> Flow:
        for flow in self.flows:
            if flow.id == id:
                return flow
        raise UnknownElement(self.key, id)

    def outgoing(self, id: str) -> tuple[Flow, ...]:
        return self._out.get(id, ())

    def incoming(self, id: str) -> tuple[Flow, ...]:
        return self._in.get(id, ())

    @property
    def activities(self) -> Iterator[Activity]:
        return (n for n in self.nodes if isinstance(n, Activity))

    def boundary_events(self, activity: str) -> tuple[EventNode, ...]:
        return tuple(n for n in self.nodes if isinstance(n, EventNode) and n.attached_to == activity)

    def lane(self, id: str) -> Lane:
        for lane in self.lanes:
            if lane.id == id:
                return lane
        raise UnknownElement(self.key, id)

    def posts(self, activity: str) -> tuple[str, ...]:
        """The posts whose officers may do this activity: its own, else those of its lane."""
        node = self.activity(activity)
        if node.posts or node.lane is None:
            return node.posts
        return self.lane(node.lane).posts

    def label(self, element: str, language: str = "zh") -> str:
        """What a screen calls this element; an id that the model does not have (imported logs) is its own label."""
        return self._by_id[element].label(language) if element in self._by_id else element

    def scope_of(self, flow: Flow) -> str | None:
        """The subprocess whose inside the flow is drawn in: that of its source."""
        return self._by_id[flow.source].scope if flow.source in self._by_id else None


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """Several processes of one file; `layout` and `raw` are those of the file and not repeated in the models."""

    models: tuple[ProcessModel, ...] = ()
    layout: Layout = field(default_factory=Layout)
    raw: Extensions = ()
    repairs: tuple[Repair, ...] = field(default=(), compare=False)


def _preorder(items: list[tuple[str, str | None]]) -> list[int]:
    """Positions of (id, parent) pairs such that children follow their parent; unknown parents and circles count as none."""
    ids = {id for id, _ in items}
    children: dict[str | None, list[int]] = {}
    for i, (_, parent) in enumerate(items):
        children.setdefault(parent if parent in ids else None, []).append(i)
    order: list[int] = []
    stack = children.pop(None, [])[::-1]
    while stack or children:
        if not stack:  # what is left are circles of parents: open one
            stack = children.pop(next(iter(children)))[::-1]
        i = stack.pop()
        order.append(i)
        stack.extend(children.pop(items[i][0], [])[::-1])
    return order
