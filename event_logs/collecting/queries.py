"""Collecting by schedule (自动采集): a query on a foreign database, read alone, from a high-water mark on.

Each time the rows from the mark on are asked for, and `late_seconds` before it, since rows may be committed late; a row that was
taken before is told by its key, so each comes in once. The mark and the events are kept in one transaction.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from event_logs.collecting import Told, aside, keep
from event_logs.collecting.tables import Collection
from event_logs.errors import BadCollection, UnknownCollection
from event_logs.reading.lifecycles import lifecycle_word
from event_logs.reading.mapping import COLUMNS, ColumnMapping, typed
from event_logs.reading.stamps import Clock

_BLOCK = 2000
_NAME = re.compile(r"\w[\w.\-]{0,99}")
_COLUMN = re.compile(r"\w+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRETS = ("password", "passwd", "pwd")
_READS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
Row = Mapping[str, Any]


def add(
    session: Session,
    name: str,
    *,
    log: str,
    url: str,
    query: str,
    mapping: Mapping[str, str],
    key: str,
    mark: str,
    every: timedelta,
    late: timedelta,
    now: datetime,
    password_from: str | None = None,
) -> Collection:
    """Ask this query from now on; `password_from` names an environment variable. Raises BadCollection."""
    for word, pattern, what in (
        (name, _NAME, "name"),
        (log, _NAME, "log"),
        (key, _COLUMN, "key"),
        (mark, _COLUMN, "mark"),
    ):
        if not pattern.fullmatch(word):
            raise BadCollection(name, f"{word!r} is no {what}; use letters, digits and '_'")
    if not _READS.match(query) or ";" in query.strip().rstrip(";"):
        raise BadCollection(name, "the query has to be one SELECT")
    if session.get(Collection, name) is not None:
        raise BadCollection(name, "there is one of that name already")
    if password_from is not None and not _VARIABLE.fullmatch(password_from):
        raise BadCollection(name, f"{password_from!r} names no environment variable")
    _refuse_password(name, url)
    _engine(name, url).dispose()
    typed({**mapping})
    made = Collection(
        name=name,
        log=log,
        url=url,
        password_from=password_from,
        query=query.strip().rstrip(";"),
        mapping=dict(mapping),
        key_column=key,
        mark_column=mark,
        every_seconds=max(int(every.total_seconds()), 1),
        late_seconds=int(late.total_seconds()),
        mark=None,
        due=now,
        taken=0,
        set_aside=0,
    )
    session.add(made)
    return made


def find(session: Session, name: str) -> Collection:
    """Raises UnknownCollection."""
    found = session.get(Collection, name)
    if found is None:
        raise UnknownCollection(name)
    return found


def due(session: Session, now: datetime) -> Sequence[str]:
    """The names of those that are to be asked now, the longest due first."""
    return session.scalars(sa.select(Collection.name).where(Collection.due <= now).order_by(Collection.due)).all()


def collect(session: Session, name: str, *, now: datetime) -> int:
    """Ask the query and keep what is new; says how many. A failure is kept with the query, which is asked again when it is due."""
    collection = session.get_one(Collection, name, with_for_update=True)
    collection.due, collection.last_run = now + timedelta(seconds=collection.every_seconds), now
    try:
        with session.begin_nested():
            new = sum(_keep(session, collection, rows, now) for rows in _rows(collection))
    except (sa.exc.SQLAlchemyError, OSError, BadCollection) as error:
        session.refresh(collection)
        collection.due, collection.last_run = now + timedelta(seconds=collection.every_seconds), now
        collection.failure = f"{type(error).__name__}: {error}".splitlines()[0][:500]
        return 0
    collection.failure = None
    collection.taken += new
    collection.set_aside = aside.count(session, collection)
    return new


def _rows(collection: Collection) -> Iterator[Sequence[Row]]:
    engine = _engine(collection.name, collection.url, collection.password_from)
    quoted = engine.dialect.identifier_preparer.quote
    mark = quoted(collection.mark_column)
    where = "" if collection.mark is None else f"WHERE {mark} >= :since"
    query = sa.text(f"SELECT * FROM ({collection.query}) AS told {where} ORDER BY {mark}")
    since = {} if collection.mark is None else {"since": _since(collection)}
    try:
        with engine.connect() as connection:
            _only_reading(connection)
            for rows in connection.execution_options(yield_per=_BLOCK).execute(query, since).mappings().partitions():
                yield [dict(row) for row in rows]
            connection.rollback()
    finally:
        engine.dispose()


def _refuse_password(name: str, url: str) -> None:
    """Who reads our database must not read the passwords of others."""
    try:
        made = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise BadCollection(name, "its address is none that SQLAlchemy can read") from None
    told = [f"{word}={value}".lower() for word, value in made.query.items()]
    if made.password is not None or any(f"{secret}=" in one for one in told for secret in _SECRETS):
        raise BadCollection(
            name,
            "its address holds a password, which whoever reads our database could read; leave it out and name the environment "
            "variable that holds it with --password-from, or let the driver find it by its own means, such as .pgpass",
        )


def _password(name: str, variable: str) -> str:
    found = os.environ.get(variable)
    if found is None:
        raise BadCollection(
            name, f"the environment variable {variable} that holds its password is not set where the query is asked"
        )
    return found


def _engine(name: str, url: str, password_from: str | None = None) -> sa.Engine:
    password = None if password_from is None else _password(name, password_from)
    try:
        made = sa.make_url(url)
        return sa.create_engine(made if password is None else made.set(password=password))
    except (sa.exc.ArgumentError, ImportError, ValueError) as error:
        raise BadCollection(name, f"its address is no database that can be reached ({error})") from error


def _only_reading(connection: sa.Connection) -> None:
    """The database itself refuses to write, where it can."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    elif connection.dialect.name in ("postgresql", "mysql", "mariadb"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _since(collection: Collection) -> Any:
    """The mark, less the time for which rows may be late; a number is the mark itself less as many."""
    mark = collection.mark
    if isinstance(mark, (datetime, date)):
        return mark - timedelta(seconds=collection.late_seconds)
    if isinstance(mark, str):
        return _earlier(mark, collection.late_seconds)
    return mark - collection.late_seconds


def _earlier(mark: str, seconds: int) -> str:
    """A time that its database keeps as text, in the same form."""
    try:
        earlier = datetime.fromisoformat(mark) - timedelta(seconds=seconds)
    except ValueError:
        return mark
    return earlier.isoformat(
        sep=mark[10] if len(mark) > 10 else "T", timespec="microseconds" if "." in mark else "seconds"
    )


def _keep(session: Session, collection: Collection, rows: Sequence[Row], now: datetime) -> int:
    mapping = typed({meaning: str(column) for meaning, column in collection.mapping.items()})
    clock = Clock(mapping.zone, mapping.day_first is not False, mapping.timestamp_format)
    told, bad = [], {}
    for row in rows:
        for column in (collection.key_column, collection.mark_column):
            if column not in row:
                raise BadCollection(collection.name, f"its rows have no column {column!r}")
        one = _told(row, collection.key_column, mapping, clock)
        if isinstance(one, str):
            bad[str(row[collection.key_column])] = (one, {name: _text(value) or "" for name, value in row.items()})
        else:
            told.append(one)
        collection.mark = max(row[collection.mark_column], collection.mark or row[collection.mark_column])
    aside.put_aside(session, collection, bad)
    aside.forget(session, collection, [one.key for one in told])
    return keep(session, collection.log, f"collection {collection.name}", told, now=now)


def _told(row: Row, key: str, mapping: ColumnMapping, clock: Clock) -> Told | str:
    """The event of a row, or why it is none."""
    columns = mapping.columns()
    cells = {meaning: row.get(column) for meaning, column in columns.items() if meaning in COLUMNS}
    at = _instant(cells.get("timestamp"), clock)
    for meaning, what in (("case_id", "case"), ("activity", "activity"), ("timestamp", "time")):
        if cells.get(meaning) in (None, ""):
            return f"it has no {what}"
    if at is None:
        return f"{str(cells['timestamp'])!r} is no time that can be read"
    attributes = {name: value for name, value in row.items() if name not in columns.values() and value is not None}
    return Told(
        key=str(row[key]),
        case_id=str(cells["case_id"]),
        activity=str(cells["activity"]),
        at=at,
        lifecycle=lifecycle_word(_text(cells.get("lifecycle"))),
        officer=_text(cells.get("resource")),
        post=_text(cells.get("post")),
        office=_text(cells.get("office")),
        attributes={name: value if _storable(value) else str(value) for name, value in attributes.items()},
    )


def _instant(value: Any, clock: Clock) -> datetime | None:
    text = value.isoformat() if isinstance(value, (datetime, date)) else _text(value)
    found: datetime | None = clock.instants([text])[0].as_py()
    return None if found is None else found.astimezone(UTC)


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _storable(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, datetime, date, timedelta)) or type(value).__name__ == "Decimal"
