"""The rows that one change of a case leaves: gathered while it goes on, then sent with one statement for each table.

Timers and subscriptions are written past the session, which would not set one anew in the place of another. Whoever has to
know of them (a rehearsal) puts a function into `session.info[LISTENERS]`, which is called with each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from bpmn.model import AnyNode, EventNode, Trigger
from workflows.tables import Subscription, Task, Timer

LISTENERS = "listeners to rows"
TIMERS, SUBSCRIPTIONS = cast(Table, Timer.__table__), cast(Table, Subscription.__table__)
COLUMNS = {table: [column.name for column in table.c if column.name != "id"] for table in (TIMERS, SUBSCRIPTIONS)}
SET = ("kind", "node", "instance", "due_at", "rests_since", "attempts")
Row = TypeVar("Row", Timer, Subscription)

# Built once: building a statement costs more than running it.
FORGET = {
    table: delete(table).where(
        table.c.case == bindparam("case"), table.c.instance.in_(bindparam("instances", expanding=True))
    )
    for table in (TIMERS, SUBSCRIPTIONS)
}
ADD = {table: insert(table) for table in (TIMERS, SUBSCRIPTIONS)}
SET_ANEW = (
    update(TIMERS)
    .where(TIMERS.c.case == bindparam("of_case"), TIMERS.c.instance == bindparam("was"), TIMERS.c.fired_at.is_(None))
    .values({name: bindparam(name) for name in SET})
)


@dataclass
class Rows:
    """New tasks, timers and subscriptions of a case, and the tokens whose timers and subscriptions are over."""

    case: str
    procedure: str
    resting: datetime | None = None  # since when the case rests in which this is done
    tasks: list[Task] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    gone: dict[Table, list[str]] = field(default_factory=lambda: {TIMERS: [], SUBSCRIPTIONS: []})

    def set_timer(self, kind: str, token: int, place: str, due_at: datetime, attempts: int = 0) -> None:
        row = Timer(**self._of(token, place, kind), due_at=due_at, rests_since=self.resting, attempts=attempts)
        self.timers.append(row)

    def subscribe(self, kind: str, token: int, place: str, **more: Any) -> None:
        """Wait for a message or signal: `name`, `correlation`, `since`."""
        self.subscriptions.append(Subscription(**self._of(token, place, kind), **more))

    def _of(self, token: int, place: str, kind: str) -> dict[str, Any]:
        return {"case": self.case, "procedure": self.procedure, "instance": str(token), "node": place, "kind": kind}

    def forget(self, token: int, node: AnyNode | None) -> None:
        """What this token waited for is over."""
        waited = _WAITS.get(node.trigger) if isinstance(node, EventNode) else None
        for table in waited or (TIMERS, SUBSCRIPTIONS):
            self.gone[table].append(str(token))

    def write(self, session: Session) -> None:
        """Send everything, the session's own changes first."""
        session.add_all(self.tasks)
        session.flush()
        connection = session.connection()
        timers, subscriptions = self._left(TIMERS, self.timers), self._left(SUBSCRIPTIONS, self.subscriptions)
        for listener in session.info.get(LISTENERS, ()):
            for row in (*timers, *subscriptions):
                listener(row)
        _add(connection, TIMERS, self._with_one_reused(connection, timers))
        _add(connection, SUBSCRIPTIONS, subscriptions)
        for table, instances in self.gone.items():
            if instances:
                connection.execute(FORGET[table], {"case": self.case, "instances": instances})

    def _left(self, table: Table, rows: list[Row]) -> list[Row]:
        """Without what was set and left in this very change."""
        gone, set_now = set(self.gone[table]), {row.instance for row in rows}
        self.gone[table] = [instance for instance in self.gone[table] if instance not in set_now]
        return [row for row in rows if row.instance not in gone]

    def _with_one_reused(self, connection: Connection, timers: list[Timer]) -> list[Timer]:
        """The usual step ends one deadline and begins another: the one row is set anew."""
        if timers and self.gone[TIMERS]:
            asked = {**_told(timers[0], SET), "of_case": self.case, "was": self.gone[TIMERS][0]}
            if connection.execute(SET_ANEW, asked).rowcount == 1:
                del self.gone[TIMERS][0]
                return timers[1:]
        return timers


_WAITS: Mapping[Trigger, Sequence[Table]] = {
    Trigger.TIMER: (TIMERS,),
    Trigger.MESSAGE: (SUBSCRIPTIONS,),
    Trigger.SIGNAL: (SUBSCRIPTIONS,),
}


def _add(connection: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(ADD[table], [_told(row, COLUMNS[table]) for row in rows])


def _told(row: Timer | Subscription, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
