"""The table of recorded events: written in the transaction of the change that they record, and never changed after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, BigInteger, Index, Integer, MetaData, Row, Select, event, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Json, Utc
from event_logs.event import Event, Lifecycle

metadata = MetaData()


class Base(DeclarativeBase):
    metadata = metadata


class RecordedEvent(Base):
    """One row a fact; `position` is the order of recording, and decides where times tie."""

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

    __table_args__ = (
        Index("events_of_procedure", "procedure", "position"),
        Index("events_of_case", "case_id", "position"),
        {"sqlite_autoincrement": True},  # a position is never given twice
    )


_TABLE = metadata.tables[RecordedEvent.__tablename__]
_FACT = [column for column in _TABLE.columns if column.name != "position"]


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


APPEND_ONLY_SQLITE = tuple(
    _ddl(
        f"CREATE TRIGGER IF NOT EXISTS events_refuse_{verb.lower()} BEFORE {verb} ON events "
        "BEGIN SELECT RAISE(ABORT, 'Recorded events are never changed or removed.'); END"
    )
    for verb in ("UPDATE", "DELETE")
)
APPEND_ONLY_POSTGRESQL = (
    _ddl(
        "CREATE OR REPLACE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'Recorded events are never changed or removed.'; END$$"
    ),
    _ddl(
        "CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()"
    ),
)

for statement in APPEND_ONLY_SQLITE:
    event.listen(_TABLE, "after_create", statement.execute_if(dialect="sqlite"))
for statement in APPEND_ONLY_POSTGRESQL:
    event.listen(_TABLE, "after_create", statement.execute_if(dialect="postgresql"))


def append(session: Session, events: Iterable[Event]) -> None:
    """Record these facts, in their order, within the caller's transaction; one INSERT for all of them."""
    rows = [_row(fact) for fact in events]
    if rows:
        session.connection().execute(insert(_TABLE), rows)


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
    query = _facts(procedure=procedure, case_id=case_id, after=after).limit(limit)
    for row in session.connection().execute(query, execution_options={"yield_per": 1000}):
        yield row.position, _event(row)


def last_position(session: Session, *, procedure: str | None = None) -> int:
    """The position of the latest fact, 0 where there is none."""
    query = select(func.max(_TABLE.c.position))
    if procedure is not None:
        query = query.where(_TABLE.c.procedure == procedure)
    return session.connection().execute(query).scalar() or 0


def _facts(*, procedure: str | None, case_id: str | None, after: int) -> Select[Any]:
    query = select(_TABLE).order_by(_TABLE.c.position)
    if after:
        query = query.where(_TABLE.c.position > after)
    if procedure is not None:
        query = query.where(_TABLE.c.procedure == procedure)
    if case_id is not None:
        query = query.where(_TABLE.c.case_id == case_id)
    return query


def _row(fact: Event) -> dict[str, object]:
    row: dict[str, object] = {column.name: getattr(fact, column.name) for column in _FACT}
    row["lifecycle"] = str(fact.lifecycle)
    return row


def _event(row: Row[Any]) -> Event:
    values = {column.name: getattr(row, column.name) for column in _FACT}
    values["lifecycle"] = Lifecycle(values["lifecycle"])
    return Event(**values)
