"""Why work waited: each moment between enablement and begin belongs to one cause, and the parts sum to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mining.causes.batches import Batches, mates
from mining.causes.hours import Hours
from mining.causes.meanwhile import meanwhile
from mining.causes.spans import Spans, summed
from mining.work import UNKNOWN, Cause, Codes, Flags, Work


class WaitingCause(StrEnum):
    """What a piece of work waited for, in the words of the report."""

    BATCHING = "batching"  # until the last piece of its batch was there
    UNAVAILABILITY = "unavailability"  # outside the officer's hours
    CONTENTION = "contention"  # the officer was at work on what had come before
    PRIORITISATION = "prioritisation"  # the officer was at work on what had come later
    EXTRANEOUS = "extraneous"  # the officer was there and free


class Convention(StrEnum):
    """Which cause a moment belongs to that has several."""

    PUBLISHED = "published"  # batching, contention, prioritisation, unavailability: Lashkevich et al. 2023
    CALENDAR_FIRST = (
        "calendar_first"  # a night is a night, also in a queue: batching, unavailability, contention, prioritisation
    )


@dataclass(frozen=True)
class Split:
    """Microseconds of each row by cause, exact: they sum to the waiting of the row; rows that did not wait for an officer have 0."""

    convention: Convention
    waited: Flags
    parts: Mapping[WaitingCause, Codes]


def split(work: Work, hours: Hours, batch: Batches, convention: Convention = Convention.CALENDAR_FIRST) -> Split:
    """The causes of all waiting for an officer who is known."""
    waited = (work.cause == Cause.OFFICER) & (work.waiting > 0) & (work.officer.codes != UNKNOWN)
    pieces = _explained(work, waited, batch)
    gathering, queue, overtaken = pieces
    held = [layer.union() for layer in (gathering, gathering + queue, gathering + queue + overtaken)]
    off_first = convention is Convention.CALENDAR_FIRST
    lengths = [_length(layer, work, hours if off_first else None) for layer in held]
    batching = held[0].total(len(work))
    whole = np.where(waited, work.waiting, 0)
    off_in = held[0] if off_first else held[2]
    unavailable = _off_hours(work, waited, hours) - (off_in.total(len(work)) - _length(off_in, work, hours))
    contention, prioritisation = lengths[1] - lengths[0], lengths[2] - lengths[1]
    return Split(
        convention,
        waited,
        {
            WaitingCause.BATCHING: batching,
            WaitingCause.UNAVAILABILITY: unavailable,
            WaitingCause.CONTENTION: contention,
            WaitingCause.PRIORITISATION: prioritisation,
            WaitingCause.EXTRANEOUS: whole - batching - unavailable - contention - prioritisation,
        },
    )


def _explained(work: Work, waited: Flags, batch: Batches) -> tuple[Spans, Spans, Spans]:
    """Gathering of a batch, and the officer's work meanwhile on what had come before and on what had come later."""
    enabled, started = work.enabled.astype(np.int64), work.started.astype(np.int64)
    completed = work.completed.astype(np.int64)
    ready = np.minimum(np.maximum(batch.ready, enabled), started)
    rows = np.flatnonzero(waited)
    gathering = Spans.of(rows, enabled[rows], ready[rows])
    earlier, later = [Spans.none()], [Spans.none()]
    for one, other in meanwhile(work, waited):
        # Work outside the batch competes with the batch as a whole, which is there from `ready` on.
        since = np.where(mates(batch, one, other), enabled[one], ready[one])
        came = np.where(np.isnat(work.enabled[other]), started[other], enabled[other])
        spans = Spans(one, np.maximum(started[other], since), np.minimum(completed[other], started[one]))
        lasting = spans.end > spans.begin
        earlier.append(spans.where(lasting & (came <= since)))
        later.append(spans.where(lasting & (came > since)))
    return gathering, _joined(earlier), _joined(later)


def _joined(parts: Iterable[Spans]) -> Spans:
    parts = list(parts)
    return Spans(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("owner", "begin", "end")))


def _length(layer: Spans, work: Work, hours: Hours | None) -> Codes:
    """Microseconds by row of disjoint spans; with hours only what lies within those of the row's officer."""
    if hours is None:
        return layer.total(len(work))
    return summed(layer.owner, hours.working(work.officer.codes[layer.owner], layer.begin, layer.end), len(work))


def _off_hours(work: Work, waited: Flags, hours: Hours) -> Codes:
    """Microseconds of each wait that lie outside the hours of its officer."""
    rows = np.flatnonzero(waited)
    begin, end = work.enabled[rows].astype(np.int64), work.started[rows].astype(np.int64)
    off = np.zeros(len(work), np.int64)
    off[rows] = end - begin - hours.working(work.officer.codes[rows], begin, end)
    return off
