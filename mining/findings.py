"""A finding: one thing that mining saw, how much it weighs, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

Evidence: TypeAlias = str | int | float | bool | Sequence["Evidence"] | Mapping[str, "Evidence"] | None
Interval: TypeAlias = tuple[float, float]

ENOUGH = 20  # cases below which a figure is shown as insufficient, never as a fact


class Kind(StrEnum):
    """What a finding is about."""

    WAITING_ACTIVITY = "waiting_activity"  # waiting before an officer begins this activity
    WAITING_HANDOVER = "waiting_handover"  # the same, split by the step that it follows
    WAITING_OUTSIDE = "waiting_outside"  # waiting for the taxpayer, another authority or a date
    WAITING_CAUSE = "waiting_cause"  # why an activity waits, by what its own officer did meanwhile
    WAITING_POOL = "waiting_pool"  # the same, by what all officers who do it did meanwhile
    ELAPSED_ACTIVITY = "elapsed_activity"  # time between completions: waiting and processing cannot be told apart
    ELAPSED_HANDOVER = "elapsed_handover"
    PROCESSING = "processing"
    CRITICAL_PATH = "critical_path"
    DEVIATION = "deviation"
    RULE_BROKEN = "rule_broken"
    HABIT_BROKEN = "habit_broken"  # a rule that earlier cases kept, and later ones did not
    REWORK = "rework"
    RETURNED = "returned"
    WORKLOAD = "workload"
    HANDOVER = "handover"
    LATE = "late"
    DRIFT = "drift"  # since when cases take other ways or other times
    INFLUENCE = "influence"  # a trait of cases that goes with long, late or deviating ones
    PING_PONG = "ping_pong"  # work that came straight back
    SPECIALISATION = "specialisation"
    SEPARATION = "separation"  # two steps that one person must not do, by rule or by habit
    CHOICE = "choice"  # what decides at a gateway


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One ranked result of an analysis.

    `subject` is an activity, `(from, to)` for a hand-over, an officer, post or office; `measure` says what `value` measures
    and `unit` in what (`seconds`, `cases`, `share`, `count`, `deviations` for standard deviations). `share` is between 0 and 1, of what `evidence["share_of"]`
    names. `interval` bounds `value` with 95 % confidence, by bootstrap over cases. With `insufficient` the figures rest on
    fewer than 20 cases and are no fact.
    """

    kind: Kind
    subject: tuple[str, ...]
    measure: str
    value: float
    unit: str
    cases: int
    share: float | None = None
    interval: Interval | None = None
    rank: int = 0
    insufficient: bool = False
    evidence: Mapping[str, Evidence] = field(default_factory=dict)


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by falling value, facts before insufficient ones, numbered from 1; ties by subject."""
    order = sorted(findings, key=lambda f: (f.insufficient, -f.value, f.subject))
    return tuple(replace(finding, rank=rank) for rank, finding in enumerate(order, start=1))


@dataclass(frozen=True)
class Note:
    """Something that a reader must know about the figures; `code` names a sentence of the report, `values` fill it."""

    code: str
    values: Mapping[str, Evidence] = field(default_factory=dict)
