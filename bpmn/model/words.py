"""The words that a model is described with: kinds of activities, gateways, events and timers."""

from __future__ import annotations

from enum import StrEnum


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
