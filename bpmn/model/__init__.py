"""A process model: what should happen, as frozen values.

Scopes are flat: a node inside a subprocess names that subprocess in `scope`; nodes of the process itself have `scope=None`.
Expressions (conditions, timers, scripts, correlation) are FEEL text; a timer that a file writes as `P5D` is
`duration("P5D")` here. Whatever of a file has no term of ours is kept in `extensions`, so that writing gives back what was
read (`bpmn.kept` says how).
"""

from bpmn.model.drawn import Bounds, Flow, Lane, Layout
from bpmn.model.nodes import Activity, AnyNode, EventNode, Gateway, Node
from bpmn.model.parts import (
    Assignment,
    EventDefinition,
    Extensions,
    InstanceThrow,
    Listener,
    MultiInstance,
    Repair,
    Timer,
)
from bpmn.model.process import Definitions, ProcessModel
from bpmn.model.words import ActivityKind, Behavior, GatewayKind, Position, TimerKind, Trigger

__all__ = [
    "Activity",
    "ActivityKind",
    "AnyNode",
    "Assignment",
    "Behavior",
    "Bounds",
    "Definitions",
    "EventDefinition",
    "EventNode",
    "Extensions",
    "Flow",
    "Gateway",
    "GatewayKind",
    "InstanceThrow",
    "Lane",
    "Layout",
    "Listener",
    "MultiInstance",
    "Node",
    "Position",
    "ProcessModel",
    "Repair",
    "Timer",
    "TimerKind",
    "Trigger",
]
