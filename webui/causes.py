"""Why work waits, as bars: one row an activity, one part a cause."""

from __future__ import annotations

from dataclasses import dataclass

from mining.causes import PoolState, WaitingCause, by_activity
from mining.findings import Finding
from webui.analyses import Analysed
from webui.language import gettext as _

ORDER: dict[str, tuple[str, ...]] = {"waiting_cause": tuple(WaitingCause), "waiting_pool": tuple(PoolState)}


@dataclass(frozen=True, slots=True)
class Part:
    """A cause with its share of the waiting of an activity, between 0 and 1."""

    cause: str
    name: str
    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """An activity with all that it waited (seconds), the parts of it, and how much of it was held back from outside."""

    name: str
    total: float
    parts: tuple[Part, ...]
    held_back: float

    @property
    def largest(self) -> Part:
        return max(self.parts, key=lambda part: part.share)


def causes_by_activity(found: Analysed, kind: str) -> list[Waiting]:
    """The activity that waits longest first; activities with too few cases are left out."""
    return [_waiting(found, causes, kind) for causes in by_activity(found.diagnosis.findings(kind))]


def _waiting(found: Analysed, causes: dict[str, Finding], kind: str) -> Waiting:
    one = next(iter(causes.values()))
    parts = tuple(
        Part(cause, cause_name(cause), causes[cause].share or 0, causes[cause].value)
        for cause in ORDER[kind]
        if cause in causes
    )
    held = one.evidence["held_back"]
    return Waiting(
        name=found.label(one.subject[-1]),
        total=sum(part.seconds for part in parts),
        parts=parts,
        held_back=float(held) if isinstance(held, int | float) else 0.0,
    )


def cause_name(cause: str) -> str:
    """The words of a page for a cause of waiting."""
    words = {
        "batching": _("gathering of a batch"),
        "unavailability": _("outside office hours"),
        "contention": _("queue: earlier work first"),
        "prioritisation": _("overtaken by later work"),
        "extraneous": _("the officer was there and free"),
        "nobody_there": _("nobody there"),
        "all_busy": _("all at work"),
        "somebody_free": _("somebody was free"),
    }
    return words[cause]
