"""What happened in an execution, as plain values: all that the rest of the product sees of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Token: TypeAlias = int


@dataclass(frozen=True, slots=True)
class Entered:
    """A start event, end event or throwing event was passed."""

    token: Token
    node: str


@dataclass(frozen=True, slots=True)
class Enabled:
    """A person has to do this; `local` are the variables of this task alone (the element of a multi-instance, its inputs)."""

    token: Token
    node: str
    local: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)  # all variables as this branch sees them


@dataclass(frozen=True, slots=True)
class Performed:
    """An automatic activity was done from start to end; `values` are the variables that it set."""

    token: Token
    node: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Handed:
    """An automatic activity was handed out with these inputs, for the `attempt`-th time: somebody outside does it."""

    token: Token
    node: str
    inputs: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Completed:
    """Something that waited is done: a person's task, work done elsewhere, a catching event, a subprocess or called procedure.

    `part` tells that it is only one of the triggers of an event that has several.
    """

    token: Token
    node: str
    values: Mapping[str, Any]
    part: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Something that waited was ended from outside and will not be done; `part` as in `Completed`, `failed` as in `Stuck`."""

    token: Token
    node: str
    part: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ScopeOpened:
    """A subprocess, called procedure or set of instances began."""

    token: Token
    node: str


@dataclass(frozen=True, slots=True)
class TimerSet:
    """The execution waits until `due_at`.

    `attached` tells a boundary event or event subprocess (which nobody waits for) from a step of the flow.
    """

    token: Token
    node: str
    due_at: datetime
    attached: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """The execution waits for a message (with this correlation, if any) or a signal."""

    token: Token
    node: str
    kind: str  # message | signal
    name: str
    correlation: str | None
    attached: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """The execution waits in the flow for an event with several triggers; a `TimerSet` or `Awaited` for each of them follows."""

    token: Token
    node: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message leaves the execution."""

    token: Token
    node: str
    name: str
    correlation: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal leaves the execution; inside it was already caught."""

    token: Token
    node: str
    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision table was asked."""

    token: Token
    node: str
    decision: str
    value: Any
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Stuck:
    """A step failed for the `attempt`-th time and waits. `transient` when another try may help without a person."""

    token: Token
    node: str
    reason: str
    transient: bool
    attempt: int


@dataclass(frozen=True, slots=True)
class Deadlocked:
    """A token waits for others, of which none can come any more: it is parked until a person moves it or withdraws the case."""

    token: Token
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two branches set a variable differently; the value of the later one was kept."""

    node: str
    path: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The execution is over; `error` is the code of an error that nobody caught."""

    error: str | None = None


Fact: TypeAlias = (
    Entered
    | Enabled
    | Performed
    | Handed
    | Completed
    | Withdrawn
    | ScopeOpened
    | TimerSet
    | Awaited
    | Expected
    | Sent
    | Signalled
    | Decided
    | Stuck
    | Deadlocked
    | Conflict
    | Ended
)
