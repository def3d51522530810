"""The rows that one change of a case leaves: gathered while it goes on, then sent with one statement for each table.

They are written past the session, whose flush costs more than all of them, and would not set a timer anew in the place of
another. Whoever has to know of them (a rehearsal) puts a function into `session.info[LISTENERS]`, which is called with each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from itertools import chain
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Table, bindparam, delete, update
from sqlalchemy.orm import Session

from bpmn.model import AnyNode, EventNode, Trigger
from event_logs.prepared import Filled, Prepared, PreparedRows, at_once, send_all
from workflows.automation import Letter
from workflows.tables import (
    Base,
    ExternalTask,
    ExternalTaskState,
    OutgoingMessage,
    Subscription,
    Task,
    Timer,
)

LISTENERS = "listeners to rows"
TIMERS, SUBSCRIPTIONS = cast(Table, Timer.__table__), cast(Table, Subscription.__table__)
TASKS, OUTBOX, OUTSIDE = (cast(Table, kind.__table__) for kind in (Task, OutgoingMessage, ExternalTask))
COLUMNS = {
    table: [column.name for column in table.c if column.name != "id"]
    for table in (TIMERS, SUBSCRIPTIONS, TASKS, OUTBOX)
}
SET = ("kind", "node", "instance", "due_at", "rests_since", "attempts")
Row = dict[str, Any]  # a value for each column but the number

ADD = {table: PreparedRows(table, COLUMNS[table]) for table in (TIMERS, SUBSCRIPTIONS, OUTBOX)}
ADD_TASKS = PreparedRows(TASKS, COLUMNS[TASKS], returning=(TASKS.c.id, TASKS.c.instance))
SET_ANEW = Prepared(
    update(TIMERS)
    .where(TIMERS.c.case == bindparam("of_case"), TIMERS.c.instance == bindparam("was"), TIMERS.c.fired_at.is_(None))
    .values({name: bindparam(name) for name in SET})
)
_UNSENT: Row = {"sent_at": None, "dead_at": None, "attempts": 0, "error": None}


@cache
def _forget(table: Table, many: int) -> Prepared:
    return Prepared(delete(table).where(*_these(table, many)))


@cache
def _call_back(many: int) -> Prepared:
    withdrawn = {"state": ExternalTaskState.WITHDRAWN, "finished_at": bindparam("at")}
    return Prepared(
        update(OUTSIDE).where(*_these(OUTSIDE, many), OUTSIDE.c.state == ExternalTaskState.OPEN).values(withdrawn)
    )


def _these(table: Table, many: int) -> tuple[Any, Any]:
    """The rows of a case that belong to so many tokens."""
    tokens: list[Any] = [bindparam(f"token_{n}") for n in range(many)]
    return table.c.case == bindparam("of_case"), table.c.instance.in_(tokens)


@dataclass
class Rows:
    """New tasks, timers, subscriptions and messages of a case, and the tokens whose timers and subscriptions are over."""

    case: str
    procedure: str
    resting: datetime | None = None  # since when the case rests in which this is done
    tasks: list[Task] = field(default_factory=list)
    timers: list[Row] = field(default_factory=list)
    subscriptions: list[Row] = field(default_factory=list)
    letters: list[Row] = field(default_factory=list)
    gone: dict[Table, list[str]] = field(default_factory=lambda: {TIMERS: [], SUBSCRIPTIONS: []})
    called_back: list[str] = field(default_factory=list)  # tokens whose work no external worker needs to do any more

    def set_timer(self, kind: str, token: int, place: str, due_at: datetime, attempts: int = 0) -> None:
        more = {"due_at": due_at, "fired_at": None, "rests_since": self.resting, "attempts": attempts}
        self.timers.append({**self._of(token, place, kind), **more})

    def subscribe(self, kind: str, token: int, place: str, **more: Any) -> None:
        """Wait for a message or signal: `name`, `correlation`, `since`."""
        self.subscriptions.append({**self._of(token, place, kind), **more})

    def post(self, letter: Letter, place: str, now: datetime) -> None:
        """Put it into the outbox."""
        said = {
            "channel": letter.channel,
            "name": letter.name,
            "recipient": letter.recipient,
            "payload": letter.payload,
        }
        about = {"case": self.case, "node": place, "correlation": self.case}
        self.letters.append({**_UNSENT, **said, **about, "created_at": now, "next_try_at": now})

    def _of(self, token: int, place: str, kind: str) -> dict[str, Any]:
        return {"case": self.case, "procedure": self.procedure, "instance": str(token), "node": place, "kind": kind}

    def forget(self, token: int, node: AnyNode | None) -> None:
        """What this token waited for is over."""
        waited = _WAITS.get(node.trigger) if isinstance(node, EventNode) else None
        for table in waited or (TIMERS, SUBSCRIPTIONS):
            self.gone[table].append(str(token))

    def filled(self, dialect: Dialect, now: datetime) -> list[Filled]:
        """Every statement filled in, in order, so that whoever writes only sends."""
        self.timers = timers = self._left(TIMERS, self.timers)
        self.subscriptions = subscriptions = self._left(SUBSCRIPTIONS, self.subscriptions)
        return [
            *_add_tasks(dialect, self.tasks),
            *self._anew(dialect, timers),
            *_add(dialect, SUBSCRIPTIONS, subscriptions),
            *self._forget(dialect, SUBSCRIPTIONS, self.gone[SUBSCRIPTIONS]),
            *_add(dialect, OUTBOX, self.letters),
            *self._call_back(dialect, now),
        ]

    def _left(self, table: Table, rows: list[Row]) -> list[Row]:
        """Without what was set and left in this very change."""
        gone, set_now = set(self.gone[table]), {row["instance"] for row in rows}
        self.gone[table] = [instance for instance in self.gone[table] if instance not in set_now]
        return [row for row in rows if row["instance"] not in gone]

    def _forget(self, dialect: Dialect, table: Table, tokens: Sequence[str]) -> Iterator[Filled]:
        for some in at_once(tokens):
            yield _forget(table, len(some)).fill(dialect, self._named(some))

    def _call_back(self, dialect: Dialect, now: datetime) -> Iterator[Filled]:
        for some in at_once(self.called_back):
            yield _call_back(len(some)).fill(dialect, {**self._named(some), "at": now})

    def _named(self, tokens: Sequence[str]) -> Row:
        return {"of_case": self.case, **{f"token_{n}": token for n, token in enumerate(tokens)}}

    def _anew(self, dialect: Dialect, timers: list[Row]) -> Iterator[Filled]:
        """The usual step ends one deadline and begins another: the one row is set anew."""
        gone = self.gone[TIMERS]
        if timers and gone:
            asked = {**timers[0], "of_case": self.case, "was": gone[0]}
            otherwise = chain(_add(dialect, TIMERS, timers[:1]), self._forget(dialect, TIMERS, gone[:1]))
            yield replace(SET_ANEW.fill(dialect, asked), answered=partial(_unless_set_anew, otherwise))
            timers, gone = timers[1:], gone[1:]
        yield from _add(dialect, TIMERS, timers)
        yield from self._forget(dialect, TIMERS, gone)

    def tell(self, session: Session) -> None:
        """Let those who listen know of what is added, which is written by now."""
        if LISTENERS in session.info:
            waits = [*(Timer(**row) for row in self.timers), *(Subscription(**row) for row in self.subscriptions)]
            tell(session, (*self.tasks, *waits))


_WAITS: Mapping[Trigger, Sequence[Table]] = {
    Trigger.TIMER: (TIMERS,),
    Trigger.MESSAGE: (SUBSCRIPTIONS,),
    Trigger.SIGNAL: (SUBSCRIPTIONS,),
}


def _add(dialect: Dialect, table: Table, rows: Sequence[Row]) -> Iterator[Filled]:
    for some in at_once(rows):
        yield ADD[table].fill(dialect, [[row[name] for name in COLUMNS[table]] for row in some])


def _unless_set_anew(otherwise: Iterable[Filled], connection: Connection, cursor: Any) -> None:
    """What is to be done otherwise is rarely needed, and only filled in then."""
    if cursor.rowcount != 1:
        send_all(connection, otherwise)


def _add_tasks(dialect: Dialect, tasks: Sequence[Task]) -> Iterator[Filled]:
    for some in at_once(tasks):
        rows = [list(map(task.__dict__.get, COLUMNS[TASKS])) for task in some]
        yield replace(ADD_TASKS.fill(dialect, rows), answered=partial(_number, some))


def _number(tasks: Sequence[Task], _connection: Connection, cursor: Any) -> None:
    """Each new task learns its number."""
    numbers = {instance: id for id, instance in cursor.fetchall()}
    for task in tasks:
        task.id = numbers[task.instance]


def tell(session: Session, rows: Iterable[Base]) -> None:
    """Let those who listen know of these rows."""
    for listener in session.info.get(LISTENERS, ()):
        for row in rows:
            listener(row)
