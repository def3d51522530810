"""The state of simulated cases: tokens, what waits at them, pieces of work, and the officers who do them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mining.simulation.conditions import Officer
from mining.simulation.hours import Hours
from mining.simulation.program import Element, Program

Group: TypeAlias = tuple[str, str | None]  # activity and office


@dataclass(eq=False, slots=True)
class Case:
    """One simulated case. `counted` is False for those that only make the office as busy as it is."""

    number: int
    program: Program
    key: int
    arrived: float
    office: str | None
    attributes: Mapping[str, Any]
    counted: bool
    tokens: list[int]
    waits: dict[int, list[Wait]] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)  # how often an element was enabled
    asked: dict[str, int] = field(default_factory=dict)  # how often a choice was made at a node
    chosen: dict[str, str] = field(default_factory=dict)  # its latest outcome
    doers: dict[str, str] = field(default_factory=dict)  # who did an activity last
    live: int = 0  # tokens in all
    opened: bool = False  # whether it was open when the simulation began


@dataclass(eq=False, slots=True)
class Wait:
    """A token that waits at a place, with everything that was begun there: the work, and the events beside it."""

    place: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Piece:
    """A piece of work or an awaited event, from the moment it is enabled."""

    number: int
    visit: int
    case: Case
    element: Element
    wait: Wait
    enabled: float
    ready: float = 0.0
    assigned: float | None = None
    started: float | None = None
    worker: Worker | None = None
    allowed: list[Worker] = field(default_factory=list)
    over: bool = False  # done or withdrawn
    holder: str | None = None  # who has it on their desk already when the simulation begins


@dataclass(eq=False, slots=True)
class Worker:
    """An officer at work: one piece at a time, a queue of their own where work is pushed."""

    officer: Officer
    hours: Hours
    busy: Piece | None = None
    load: int = 0
    last: float = 0.0  # when they were last given work
    queue: deque[Piece] = field(default_factory=deque)
    groups: list[Group] = field(default_factory=list)
