"""What a node consists of: timers, event definitions, assignments, listeners, several instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bpmn.model.words import Behavior, TimerKind, Trigger

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
