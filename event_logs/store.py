"""The table of recorded events: written in the transaction of the change that they record, and never changed after.

Each event carries a digest of what it says and that of the event before it in its case. A case has one writer at a time, so
chaining by case makes nobody wait; `ledger.sealing` puts the chains of all cases under signed roots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Dialect,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Bytes, Json, Utc
from event_logs.event import Event, Lifecycle
from event_logs.ledger.digests import FIRST, digest
from event_logs.prepared import Filled, PreparedRows, at_once, send_all

metadata = MetaData()


class Base(DeclarativeBase):
    metadata = metadata


class RecordedEvent(Base):
    """One row a fact; `position` is the order of recording, and decides where times tie.

    It is never given twice. SQLite gives the next after the highest, which is a new one since none is ever removed: no AUTOINCREMENT,
    which would write down with each INSERT what the table itself tells.
    """

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    procedure: Mapped[str]
    case_id: Mapped[str]
    activity: Mapped[str]
    lifecycle: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)
    instance: Mapped[str | None]
    version: Mapped[int | None]
    officer: Mapped[str | None]
    post: Mapped[str | None]
    office: Mapped[str | None]
    attributes: Mapped[Mapping[str, Any]] = mapped_column(Json)
    zone: Mapped[str | None]  # the office's
    digest: Mapped[bytes | None] = mapped_column(Bytes)
    previous: Mapped[bytes | None] = mapped_column(Bytes)  # the digest before it in its case; zeros at the first

    __table_args__ = (
        Index("events_of_procedure", "procedure", "position"),
        Index("events_of_case", "case_id", "position"),
    )


_TABLE = metadata.tables[RecordedEvent.__tablename__]
_CHAIN = ("digest", "previous")
_FACT = [column.name for column in _TABLE.columns if column.name not in ("position", *_CHAIN)]
_SAID, _CASE = attrgetter(*_FACT), attrgetter("procedure", "case_id")
_LIFECYCLE = _FACT.index("lifecycle")
_END_OF_CASE = (
    select(_TABLE.c.digest)
    # (An expression, so that no database thinks of the index by procedure, which holds a million rows.)
    .where(_TABLE.c.procedure.concat("") == bindparam("of_procedure"))
    .where(_TABLE.c.case_id == bindparam("of_case"))
    .order_by(_TABLE.c.position.desc())
    .limit(1)
    .scalar_subquery()
)
# The end of the case is looked up by the INSERT itself, so that chaining costs no statement of its own.
_APPEND = PreparedRows(
    _TABLE, [*_FACT, *_CHAIN], first={"previous": func.coalesce(_END_OF_CASE, bindparam("first", type_=Bytes))}
)


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


_REFUSAL = "Recorded events are never changed or removed."
APPEND_ONLY_SQLITE = (
    *(
        _ddl(
            f"CREATE TRIGGER IF NOT EXISTS events_refuse_{verb.lower()} BEFORE {verb} ON events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE removes the row that is in its way without asking the trigger above.
    _ddl(
        "CREATE TRIGGER IF NOT EXISTS events_refuse_replace BEFORE INSERT ON events "
        "WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
)
APPEND_ONLY_POSTGRESQL = (
    _ddl(
        "CREATE OR REPLACE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{_REFUSAL}'; END$$"
    ),
    _ddl(
        "CREATE OR REPLACE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()"
    ),
    # The owner of a table may give these rights back to itself; a role of the application that owns nothing may not.
    _ddl("REVOKE UPDATE, DELETE, TRUNCATE ON events FROM PUBLIC, CURRENT_USER"),
)

for statement in APPEND_ONLY_SQLITE:
    event.listen(_TABLE, "after_create", statement.execute_if(dialect="sqlite"))
for statement in APPEND_ONLY_POSTGRESQL:
    event.listen(_TABLE, "after_create", statement.execute_if(dialect="postgresql"))


def append(session: Session, events: Iterable[Event]) -> None:
    """Record these facts, in their order, within the caller's transaction; one INSERT for those of one case that follow each other.

    The caller holds their cases, as every verb does: two writers of one case at once would both continue the same event.
    """
    connection = session.connection()
    send_all(connection, filled(connection.dialect, events))


def filled(dialect: Dialect, events: Iterable[Event]) -> list[Filled]:
    """What `append` sends, with its digests: none where there are no events."""
    return [_APPEND.fill(dialect, _chained(some)) for some in _by_case(events)]


def _by_case(events: Iterable[Event]) -> Iterator[Sequence[Event]]:
    for _, run in groupby(events, _CASE):
        yield from at_once(list(run))


def _chained(facts: Iterable[Event]) -> list[list[object]]:
    """Rows of one case: the first asks for the end of the case, each other one knows the digest before it."""
    rows: list[list[object]] = []
    before: list[object] = []
    for fact in facts:
        own = digest(fact)
        rows.append([*_said(fact), own, *(before or (fact.procedure, fact.case_id, FIRST))])
        before = [own]
    return rows


def read(
    session: Session,
    *,
    procedure: str | None = None,
    case_id: str | None = None,
    after: int = 0,
    limit: int | None = None,
) -> Iterator[Event]:
    """The facts in the order of their recording, streamed; `after` leaves out those up to and including that position."""
    for _, fact in read_positions(session, procedure=procedure, case_id=case_id, after=after, limit=limit):
        yield fact


def read_positions(
    session: Session,
    *,
    procedure: str | None = None,
    case_id: str | None = None,
    after: int = 0,
    limit: int | None = None,
) -> Iterator[tuple[int, Event]]:
    """As `read`, each fact with its position."""
    query = facts(procedure=procedure, case_id=case_id, after=after).limit(limit)
    for row in session.connection().execute(query, execution_options={"yield_per": 1000}):
        yield row.position, told(row)


def last_position(session: Session, *, procedure: str | None = None) -> int:
    """The position of the latest fact, 0 where there is none."""
    query = select(func.max(_TABLE.c.position))
    if procedure is not None:
        query = query.where(_TABLE.c.procedure == procedure)
    return session.connection().execute(query).scalar() or 0


def facts(*, procedure: str | None = None, case_id: str | None = None, after: int = 0) -> Select[Any]:
    """The rows in the order of their recording, each with its position and digest."""
    query = select(_TABLE).order_by(_TABLE.c.position)
    if after:
        query = query.where(_TABLE.c.position > after)
    if procedure is not None:
        query = query.where(_TABLE.c.procedure == procedure)
    if case_id is not None:
        query = query.where(_TABLE.c.case_id == case_id)
    return query


def _said(fact: Event) -> list[object]:
    values = list(_SAID(fact))
    values[_LIFECYCLE] = str(fact.lifecycle)
    return values


def told(row: Row[Any]) -> Event:
    """What a row says."""
    values = {name: getattr(row, name) for name in _FACT}
    values["lifecycle"] = Lifecycle(values["lifecycle"])
    return Event(**values)
