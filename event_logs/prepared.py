"""Statements that are run again and again: compiled once for each database, then handed to the driver as they are.

SQLAlchemy spares the compiling of a statement that it knows, but works out at every execution anew how its values are bound. A
prepared one knows. It is filled in first and sent later, so that whoever holds a lock only sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Table, bindparam, insert

Values = Mapping[str, Any]
Process = Callable[[Any], Any]
Places = Sequence[tuple[int, Process]]  # where the driver has another form of a value, and how it is made
CURSORS = "cursors of prepared statements"
AT_ONCE = 100  # rows in one statement
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement with its values, as the driver takes them, and what is made of the cursor once `send_all` has its answer."""

    text: str
    values: Sequence[Any]
    answered: Callable[[Connection, Any], None] | None = None

    def send(self, connection: Connection) -> Any:
        """The driver's cursor after it, which is used again when it is sent again.

        Who listens to the engine for `before_cursor_execute` hears of it, and errors are SQLAlchemy's, as ever.
        """
        cursors = connection.info.setdefault(CURSORS, {})
        cursor = cursors.get(self.text) or cursors.setdefault(self.text, _cursor(connection))
        text, values = self.text, self.values
        for listen in connection.engine.dispatch.before_cursor_execute:
            text, values = listen(connection, cursor, text, values, None, False)
        try:
            return cursor.execute(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            del cursors[self.text]  # it gets closed
            connection._handle_dbapi_exception(error, text, values, cursor, None)


def send_all(connection: Connection, statements: Iterable[Filled]) -> None:
    """Send them in their order. PostgreSQL gets as many as differ in one trip, and their answers are heard behind it."""
    if not _numbered(connection.dialect):
        for statement in statements:
            _hear(connection, statement, statement.send(connection))
        return
    for trip in _trips(statements):
        with _in_one_trip(connection):
            cursors = [statement.send(connection) for statement in trip]
        for statement, cursor in zip(trip, cursors, strict=True):
            _hear(connection, statement, cursor)


def _hear(connection: Connection, statement: Filled, cursor: Any) -> None:
    if statement.answered is not None:
        statement.answered(connection, cursor)


def _trips(statements: Iterable[Filled]) -> Iterator[Sequence[Filled]]:
    """The cursor of a statement holds one answer: what is sent twice goes with the next trip."""
    trip: dict[str, Filled] = {}
    for statement in statements:
        if statement.text in trip:
            yield [*trip.values()]
            trip = {}
        trip[statement.text] = statement
    if trip:
        yield [*trip.values()]


@contextmanager
def _in_one_trip(connection: Connection) -> Iterator[None]:
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        connection.info.pop(CURSORS, None)
        connection._handle_dbapi_exception(error, None, None, None, None)


def _cursor(connection: Connection) -> Any:
    """One for each statement of each connection: making one costs nearly as much as sending, and psycopg's knows its types then."""
    driver: Any = connection.dialect.loaded_dbapi
    own: Any = connection.connection.dbapi_connection
    if not _numbered(connection.dialect):
        return own.cursor()
    cursor = driver.RawCursor(own)
    # The statement tells the type: with that of the value, each place that may be NULL would double the plans.
    cursor.adapters.register_dumper(str, driver.types.string.StrDumperUnknown)
    return cursor


def _numbered(dialect: Dialect) -> bool:
    """Whether places are told as PostgreSQL itself knows them, `$1`, so that psycopg need not look for them."""
    return dialect.driver == "psycopg"


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    names: Sequence[str]  # of the values that it asks for, in their order
    constants: Sequence[tuple[int, Any]]  # places that have a value of themselves
    binds: Places
    results: Places  # of the columns that it gives

    def filled(self, values: list[Any]) -> Filled:
        for place, value in self.constants:
            values.insert(place, value)
        return Filled(self.text, _processed(values, self.binds))

    def named(self, values: Values) -> Filled:
        return self.filled([values[name] for name in self.names])

    def told(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(_processed(list(row), self.results)) if self.results else row


def _processed(values: list[Any], places: Places) -> list[Any]:
    """With those at these places in their other form; NULL is NULL in every form."""
    for place, process in places:
        value = values[place]
        if value is not None:
            values[place] = process(value)
    return values


class Prepared:
    """A statement of SQLAlchemy's. Its lists have a fixed length."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._by_driver: dict[str, _Compiled] = {}

    def fill(self, dialect: Dialect, values: Values) -> Filled:
        return self._for(dialect).named(values)

    def fill_in_order(self, dialect: Dialect, values: list[Any]) -> Filled:
        """With the values in the order in which the statement asks for them."""
        return self._for(dialect).filled(values)

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What a SELECT finds, all of it."""
        known = self._for(connection.dialect)
        return [known.told(row) for row in known.named(values).send(connection).fetchall()]

    def _for(self, dialect: Dialect) -> _Compiled:
        driver = dialect.driver
        return self._by_driver.get(driver) or self._by_driver.setdefault(driver, self._compiled(dialect))

    def _compiled(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=_positional(dialect))
        binds = [made.binds[name] for name in made.positiontup or ()]
        return _Compiled(
            text=made.string,
            names=[bind.key for bind in binds if bind.required],
            constants=[(place, bind.value) for place, bind in enumerate(binds) if not bind.required],
            binds=_places(_type(bind, dialect).bind_processor(dialect) for bind in binds),
            results=_places(
                _type(column, dialect).result_processor(dialect, None)
                for column in getattr(self._statement, "selected_columns", ())
            ),
        )


class PreparedRows:
    """An INSERT of as many rows as are `at_once`, with `first` the columns whose value in the first row it finds itself."""

    def __init__(
        self, table: Table, columns: Sequence[str], *, first: Values | None = None, returning: Sequence[Any] = ()
    ) -> None:
        self._table, self._columns, self._first, self._returning = table, columns, first or {}, returning
        self._of = cache(self._prepared)

    def fill(self, dialect: Dialect, rows: Sequence[Sequence[Any]]) -> Filled:
        """Rows with their values in the order of the columns; in the first what is asked for in their place."""
        return self._of(len(rows)).fill_in_order(dialect, list(chain.from_iterable(rows)))

    def _prepared(self, many: int) -> Prepared:
        rows = [{name: self._bind(name, n) for name in self._columns} for n in range(many)]
        rows[0].update(self._first)
        return Prepared(insert(self._table).values(rows).returning(*self._returning))

    def _bind(self, name: str, row: int) -> Any:
        return bindparam(f"row_{row}_{name}", type_=self._table.c[name].type)


def at_once(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """As many at a time as go into one statement."""
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def _positional(dialect: Any) -> Dialect:
    return type(dialect)(paramstyle="numeric_dollar" if _numbered(dialect) else "qmark")  # type: ignore[no-any-return]


def _type(typed: Any, dialect: Dialect) -> Any:
    return typed.type.dialect_impl(dialect)


def _places(processes: Iterable[Process | None]) -> Places:
    return [(place, process) for place, process in enumerate(processes) if process is not None]
