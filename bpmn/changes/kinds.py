"""The kinds of change, as frozen values that can be kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Drop:
    """Take an activity out (eliminate). With `passing` the choice that only its outcome decides is taken out too: the
    way that this outcome takes stays."""

    activity: str
    passing: str | None = None


@dataclass(frozen=True, slots=True)
class Automate:
    """Let cases pass an activity without a person where the FEEL condition `when` holds; its outcome is then `passing`.
    With `decision` a rule task that asks this decision table comes before the condition is tested."""

    activity: str
    when: str
    passing: str
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Parallelise:
    """Run activities that follow one another side by side."""

    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give an activity to other posts, or to more of them."""

    activity: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Do an activity earlier or later: directly before another element (resequence)."""

    activity: str
    before: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Make one piece of work of two that follow one another; `form` is the form of both together."""

    first: str
    second: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Retime:
    """Give a timer, or the time that an activity is due in, another FEEL duration."""

    element: str
    expression: str


@dataclass(frozen=True, slots=True)
class Triage:
    """Send cases for which the FEEL condition `when` holds along a fast lane beside a row of activities; all others go the
    old way, which is the default.

    `activities` is the row, in its order; `fast` are those of them that the fast lane does too, in the same order, as
    `<id>_fast`. With `passing` the fast lane writes this as the outcome of those that it leaves out.
    """

    activities: tuple[str, ...]
    when: str
    fast: tuple[str, ...] = ()
    passing: str | None = None


Change: TypeAlias = Drop | Automate | Parallelise | HandOver | Move | Merge | Retime | Triage
KINDS: Mapping[str, type[Any]] = {
    "drop": Drop,
    "automate": Automate,
    "parallelise": Parallelise,
    "hand_over": HandOver,
    "move": Move,
    "merge": Merge,
    "retime": Retime,
    "triage": Triage,
}


def as_dict(change: Change) -> dict[str, Any]:
    kind = next(name for name, type_ in KINDS.items() if isinstance(change, type_))
    return {"kind": kind, **asdict(change)}


def change_from_dict(read: Mapping[str, Any]) -> Change:
    fields = {
        name: tuple(value) if isinstance(value, list) else value for name, value in read.items() if name != "kind"
    }
    change: Change = KINDS[read["kind"]](**fields)
    return change
