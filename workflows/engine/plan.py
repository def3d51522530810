"""A model made ready to run: SpiffWorkflow task specs built from our own values, once for each version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from bpmn.data_objects import DataObjects
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    Trigger,
)
from workflows.engine.expressions import Condition
from workflows.engine.reach import upstream
from workflows.engine.specs import NodeSpec, Way
from workflows.engine.specs.activities import (
    ActivitySpec,
    PersonSpec,
    ReceiveSpec,
    RuleSpec,
    ScriptSpec,
    SendSpec,
    ServiceSpec,
)
from workflows.engine.specs.ad_hoc import AdHocSpec
from workflows.engine.specs.compensation import CancelSpec, CompensateSpec
from workflows.engine.specs.complex_gateway import ComplexSpec
from workflows.engine.specs.events import CatchSpec, PartSpec, PassSpec, SeveralSpec, SilentSpec
from workflows.engine.specs.gateways import EventBasedSpec, ExclusiveSpec, InclusiveSpec, ParallelSpec, UpstreamSpec
from workflows.engine.specs.repetition import LoopSpec, MultiInstanceSpec
from workflows.engine.specs.scopes import CallSpec, EventScopeSpec, ProcessSpec, ScopeSpec, SubprocessSpec
from workflows.engine.specs.throwing import ThrowSpec

ACTIVITIES: dict[ActivityKind, type[NodeSpec]] = {
    ActivityKind.USER: PersonSpec,
    ActivityKind.MANUAL: PersonSpec,
    ActivityKind.SERVICE: ServiceSpec,
    ActivityKind.RULE: RuleSpec,
    ActivityKind.SCRIPT: ScriptSpec,
    ActivityKind.SEND: SendSpec,
    ActivityKind.RECEIVE: ReceiveSpec,
    ActivityKind.SUBPROCESS: SubprocessSpec,
    ActivityKind.CALL: CallSpec,
}
GATEWAYS: dict[GatewayKind, type[NodeSpec]] = {
    GatewayKind.EXCLUSIVE: ExclusiveSpec,
    GatewayKind.PARALLEL: ParallelSpec,
    GatewayKind.INCLUSIVE: InclusiveSpec,
    GatewayKind.EVENT_BASED: EventBasedSpec,
    GatewayKind.COMPLEX: ComplexSpec,
}
THROWN: dict[Trigger, type[NodeSpec]] = {
    Trigger.COMPENSATE: CompensateSpec,
    Trigger.CANCEL: CancelSpec,
    **dict.fromkeys(
        (Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION, Trigger.TERMINATE, Trigger.MULTIPLE),
        ThrowSpec,
    ),
}


class Plan:
    """What executions of one version share. `nodes` finds the model's node of a place that a fact names."""

    def __init__(self, model: ProcessModel, called: Mapping[str, ProcessModel]) -> None:
        self.model, self.called = model, called
        self.spec = WorkflowSpec(model.key)
        self.root = ProcessSpec(self.spec, "#process", None, model.key)
        self.nodes: dict[str, AnyNode] = {}
        self.has_conditions = self.stops_clock = False
        self.maps_names = False  # whether there is a call that has variables of its own
        self.starts: dict[str, NodeSpec] = {}
        _Area(self, model, "").build(self.root)

    def of(self, name: str) -> NodeSpec:
        found: NodeSpec = self.spec.task_specs[name]
        return found

    def remember(self, place: str, node: AnyNode) -> None:
        self.nodes[place] = node
        self.stops_clock |= not isinstance(node, Gateway) and node.stops_clock
        if isinstance(node, EventNode):
            triggers = [caught.trigger for caught in node.definitions or (node,)]
            self.has_conditions |= Trigger.CONDITIONAL in triggers


class _Area:
    """The nodes of one process, all its scopes, below a prefix (that of the call activities around it)."""

    def __init__(self, plan: Plan, model: ProcessModel, prefix: str) -> None:
        self.plan, self.model, self.prefix = plan, model, prefix
        self.outer: dict[str, NodeSpec] = {}  # by node id: what flows lead to
        self.inner: dict[str, NodeSpec] = {}  # by node id: the activity itself, where it is repeated
        self.starts: dict[str, NodeSpec] = {}
        self.objects = DataObjects(model)

    def build(self, process: ScopeSpec) -> None:
        for node in self.model.nodes:
            self.plan.remember(self.prefix + node.id, node)
            self.outer[node.id] = self.made(node)
        for node in self.model.nodes:
            self.connect(node)
        self.open_scopes(process)
        for node in self.model.nodes:
            spec = self.outer[node.id]
            if isinstance(spec, UpstreamSpec):
                spec.upstream = upstream(self.model, node.id, self.prefix)
        if not self.prefix:
            self.plan.starts = {n.id: self.outer[n.id] for n in self.model.nodes if _starts_process(n)}

    # making

    def made(self, node: AnyNode) -> NodeSpec:
        if isinstance(node, Gateway):
            return self.of_class(GATEWAYS[node.kind], node)
        if isinstance(node, EventNode):
            return self.event(node)
        repeated = MultiInstanceSpec if node.multi_instance else LoopSpec if node.loop_condition is not None else None
        if repeated is None:
            self.inner[node.id] = self.activity(node, "")
            return self.inner[node.id]
        spec: Any = self.of_class(repeated, node)
        spec.each = self.inner[node.id] = self.activity(node, "#each")
        return spec  # type: ignore[no-any-return]

    def of_class(self, kind: type[NodeSpec], node: AnyNode, suffix: str = "") -> NodeSpec:
        return kind(self.plan.spec, f"{self.prefix}{node.id}{suffix}", node, self.prefix + node.id)

    def event(self, node: EventNode) -> NodeSpec:
        spec = self.of_class(_event_class(node), node)
        if isinstance(spec, SeveralSpec):
            parts = [self.of_class(PartSpec, part, f"#{n}") for n, part in enumerate(_parts(node), 1)]
            spec.parts = tuple(part for part in parts if isinstance(part, PartSpec))
        return spec

    def activity(self, node: Activity, suffix: str) -> NodeSpec:
        if node.triggered_by_event:
            return self.of_class(EventScopeSpec, node)
        spec = self.of_class(_activity_class(node), node, suffix)
        if isinstance(spec, ActivitySpec):
            spec.carried_in = tuple((line.name, line.expression) for line in self.objects.inputs(node))
            spec.carried_out = tuple((line.name, line.expression) for line in self.objects.outputs(node))
        if isinstance(spec, CallSpec):
            self.plan.maps_names |= spec.maps
            _Area(self.plan, self.plan.called[node.called or ""], f"{self.prefix}{node.id}/").build(spec)
        return spec

    # connecting

    def connect(self, node: AnyNode) -> None:
        spec = self.outer[node.id]
        spec.ways = [self.way(node, flow) for flow in self.model.outgoing(node.id)]
        spec.incoming = [flow.id for flow in self.model.incoming(node.id)]
        if isinstance(node, Activity):
            self.connect_border(node, spec)
            spec.start_quantity, spec.completion_quantity = node.start_quantity, node.completion_quantity
        if isinstance(node, EventNode) and node.trigger is Trigger.LINK and node.position is Position.THROW:
            spec.ways = [
                Way(f"link {node.link}", self.outer[catch.id], None, False) for catch in self.link_targets(node)
            ]

    def connect_border(self, node: Activity, spec: NodeSpec) -> None:
        """The events on an activity: they watch the whole of it, but each of its instances is made undone."""
        for event in self.model.boundary_events(node.id):
            if event.trigger is Trigger.COMPENSATE:
                self.inner[node.id].handler = self.outer[event.handler or ""]
            else:
                spec.boundaries.append(self.outer[event.id])

    def way(self, node: AnyNode, flow: Flow) -> Way:
        default = isinstance(node, Activity | Gateway) and node.default == flow.id
        condition = Condition(flow.condition) if flow.condition and not default else None
        return Way(flow.id, self.outer[flow.target], condition, default)

    def link_targets(self, node: EventNode) -> list[AnyNode]:
        return [n for n in self.model.nodes if is_link_target(n, node)]

    # scopes

    def open_scopes(self, process: ScopeSpec) -> None:
        for node in self.model.nodes:
            if isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS:
                spec = self.inner[node.id]
                assert isinstance(spec, ScopeSpec)
                self.fill(spec, node.id)
        self.fill(process, None)

    def fill(self, scope: ScopeSpec, id: str | None) -> None:
        inside = [node for node in self.model.nodes if node.scope == id]
        scope.starts = [self.outer[node.id] for node in starting(self.model, inside)]
        for node in inside:
            if isinstance(node, Activity) and node.triggered_by_event:
                beside = self.event_scope(node)
                if beside.start.trigger is Trigger.COMPENSATE:
                    scope.undo = beside
                else:
                    scope.watchers.append(beside)
        if isinstance(scope, EventScopeSpec):
            start = scope.starts[0]
            silent = SilentSpec(self.plan.spec, f"{start.name}#in", start.node, start.place)
            silent.ways = start.ways
            scope.starts = [silent]

    def event_scope(self, node: Activity) -> EventScopeSpec:
        spec = self.outer[node.id]
        assert isinstance(spec, EventScopeSpec)
        start = next(n for n in self.model.nodes if n.scope == node.id and _is_start(n))
        assert isinstance(start, EventNode)
        catching = self.outer[start.id]
        assert isinstance(catching, CatchSpec)
        spec.start, spec.start_spec, catching.event_scope = start, catching, spec
        return spec


def _activity_class(node: Activity) -> type[NodeSpec]:
    if node.ad_hoc:
        return AdHocSpec
    if node.kind is ActivityKind.SEND and node.service and not node.message:
        return ServiceSpec
    return ACTIVITIES[node.kind]


def _event_class(node: EventNode) -> type[NodeSpec]:
    if node.trigger is Trigger.LINK:
        return SilentSpec
    if node.position in (Position.THROW, Position.END):
        return THROWN.get(node.trigger, PassSpec)
    if node.trigger is Trigger.NONE or (node.position is Position.START and node.scope is None):
        return PassSpec
    return SeveralSpec if node.trigger is Trigger.MULTIPLE else CatchSpec


def _parts(node: EventNode) -> list[EventNode]:
    """An event of its own for each of its triggers."""
    fields = ("trigger", "timer", "message", "correlation", "signal", "code", "condition")
    return [replace(node, definitions=(), **{name: getattr(d, name) for name in fields}) for d in node.definitions]


def _is_start(node: AnyNode) -> bool:
    return isinstance(node, EventNode) and node.position is Position.START


def _starts_process(node: AnyNode) -> bool:
    return node.scope is None and (_is_start(node) or (isinstance(node, Activity) and node.instantiate))


def is_link_target(node: AnyNode, thrower: EventNode) -> bool:
    return (
        isinstance(node, EventNode)
        and node.position is Position.CATCH
        and node.trigger is Trigger.LINK
        and node.link == thrower.link
        and node.scope == thrower.scope
    )


def starting(model: ProcessModel, inside: list[AnyNode]) -> list[AnyNode]:
    """Where a scope begins: its start events, else every element that no flow leads to."""
    events: list[AnyNode] = [node for node in inside if _is_start(node)]
    if events:
        plain: list[AnyNode] = [node for node in events if isinstance(node, EventNode) and node.trigger is Trigger.NONE]
        return plain or events[:1]
    return [node for node in inside if not model.incoming(node.id) and _may_begin(node)]


def _may_begin(node: AnyNode) -> bool:
    if isinstance(node, Activity):
        return not node.triggered_by_event and not node.for_compensation
    return not (isinstance(node, EventNode) and (node.position is Position.BOUNDARY or node.trigger is Trigger.LINK))
