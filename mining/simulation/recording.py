"""What happened in a simulation, as events in the form that the engine records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from event_logs import typed_json
from event_logs.event import Lifecycle
from event_logs.log import CASES, EVENTS, EventLog
from mining.simulation.tokens import Case, Piece

_SCHEDULE, _ASSIGN, _START = Lifecycle.SCHEDULE.value, Lifecycle.ASSIGN.value, Lifecycle.START.value
_COMPLETE, _WITHDRAW = Lifecycle.COMPLETE.value, Lifecycle.WITHDRAW.value
Row = tuple[int, float, str, str, int | None, str | None, str | None]


@dataclass(frozen=True)
class Closed:
    """A case that was open at the start: when it had arrived and ended (seconds since 1970), and how many seconds it has
    waited for officers, beginning with what still waited at the start."""

    arrived: float
    ended: float
    waited: float


class Recorder:
    """Collects the events of counted cases; `log` gives them as an event log."""

    def __init__(self, first_number: int = 0) -> None:
        self._rows: list[Row] = []  # case, seconds, activity, lifecycle, instance, officer, post
        self._cases: dict[int, Case] = {}
        self.closed: dict[int, Closed] = {}  # by the number of the case
        self._waited: dict[int, float] = {}

    def ended(self, case: Case, at: float) -> None:
        """The last token of a case is gone; of those that were open when it all began, this is what is kept."""
        if case.opened:
            self.closed[case.number] = Closed(case.arrived, at, self._waited.get(case.number, 0.0))

    @property
    def events(self) -> int:
        return len(self._rows)

    def moment(self, case: Case, node: str, at: float) -> None:
        """An event that takes no time: start, end, a caught throw, the end of a subprocess."""
        if case.counted:
            self._cases[case.number] = case
            self._rows.append((case.number, at, node, _COMPLETE, None, None, None))

    def completed(self, piece: Piece, at: float) -> None:
        self._waits(piece)
        if piece.case.counted:
            number = self._begun(piece)
            who = self._who(piece)
            self._rows.append((number, at, piece.element.id, _COMPLETE, piece.number, *who))

    def happened(self, piece: Piece, at: float) -> None:
        """An awaited event came."""
        if piece.case.counted:
            number, id = piece.case.number, piece.element.id
            self._rows.append((number, piece.enabled, id, _SCHEDULE, piece.number, None, None))
            self._rows.append((number, at, id, _COMPLETE, piece.number, None, None))

    def withdrawn(self, piece: Piece, at: float) -> None:
        """Something else ended the work or the waiting."""
        self._waits(piece)
        if not piece.case.counted:
            return
        if piece.started is not None and piece.started > at:
            piece.started = None
        number = self._begun(piece)
        self._rows.append((number, at, piece.element.id, _WITHDRAW, piece.number, *self._who(piece)))

    def _waits(self, piece: Piece) -> None:
        if piece.case.opened and piece.worker is not None and piece.started is not None:
            so_far = self._waited.get(piece.case.number, 0.0)
            self._waited[piece.case.number] = so_far + max(piece.started - piece.enabled, 0.0)

    def _begun(self, piece: Piece) -> int:
        """Schedule, assign and start of a piece of work, as far as it got."""
        number, id, who = piece.case.number, piece.element.id, self._who(piece)
        if piece.element.staffed or piece.element.is_event or piece.element.recorded:
            self._rows.append((number, piece.enabled, id, _SCHEDULE, piece.number, None, None))
        if piece.assigned is not None:
            self._rows.append((number, piece.assigned, id, _ASSIGN, piece.number, *who))
        if piece.started is not None:
            self._rows.append((number, piece.started, id, _START, piece.number, *who))
        return number

    def _who(self, piece: Piece) -> tuple[str | None, str | None]:
        if piece.worker is None:
            return None, None
        held = piece.worker.officer.posts
        needed = piece.element.posts
        return piece.worker.officer.id, next((p for p in needed if p in held), held[0] if held else None)

    def log(self, name: str, *, source: str, zone: str, seed: int) -> EventLog:
        """The events in the order of time; those of one moment in the order in which they happened."""
        table = self._table(name, seed)
        cases = pa.table(
            {
                "case_id": pa.array([self._name(name, seed, n) for n in sorted(self._cases)], pa.string()),
                "closed": pa.array([True] * len(self._cases), pa.bool_()),
                "attributes": pa.array([self._attributes(self._cases[n]) for n in sorted(self._cases)], pa.string()),
            }
        )
        events = ibis.memtable(table, schema=EVENTS)
        return EventLog(name, events, ibis.memtable(cases, schema=CASES), source, zone)

    def _table(self, name: str, seed: int) -> pa.Table:
        order = sorted(range(len(self._rows)), key=lambda i: (self._rows[i][1], i))
        rows = [self._rows[i] for i in order]
        names = {number: self._name(name, seed, number) for number in self._cases}
        first = dict.fromkeys(self._cases, True)
        attributes = [self._attributes(self._cases[r[0]]) if first.pop(r[0], False) else "{}" for r in rows]
        moments = pa.array([round(row[1] * 1e6) for row in rows], pa.int64())
        return pa.table(
            {
                "case_id": pa.array([names[row[0]] for row in rows], pa.string()),
                "position": pa.array(range(len(rows)), pa.int64()),
                "activity": pa.array([row[2] for row in rows], pa.string()),
                "lifecycle": pa.array([row[3] for row in rows], pa.string()),
                "at": pc.cast(moments, pa.timestamp("us", "UTC")),
                "instance": pa.array([None if row[4] is None else f"{row[4]}" for row in rows], pa.string()),
                "version": pa.array([self._cases[row[0]].program.version for row in rows], pa.int64()),
                "officer": pa.array([row[5] for row in rows], pa.string()),
                "post": pa.array([row[6] for row in rows], pa.string()),
                "office": pa.array([self._cases[row[0]].office for row in rows], pa.string()),
                "attributes": pa.array(attributes, pa.string()),
                "zone": pa.nulls(len(rows), pa.string()),  # that of the log
            }
        )

    def _name(self, name: str, seed: int, number: int) -> str:
        return f"{name}-{seed}-{number:07d}"

    def _attributes(self, case: Case) -> str:
        arm: dict[str, Any] = {} if case.program.arm is None else {"arm": case.program.arm}
        return typed_json.dumps({**case.attributes, **arm})


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an aware moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
