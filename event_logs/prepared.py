"""Statements that are run again and again: compiled once for each database, then handed to the driver as they are.

SQLAlchemy spares the compiling of a statement that it knows, but works out at every execution anew how its values are bound. A
prepared one knows. It is filled in first and sent later, so that whoever holds a lock only sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect

Values = Mapping[str, Any]
Bind = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement with its values (or those of several rows), as the driver takes them."""

    text: str
    values: Any

    def send(self, connection: Connection) -> Any:
        """The driver's cursor after it. Who listens for `before_cursor_execute` hears of it, and errors are SQLAlchemy's, as ever."""
        cursor = connection.connection.cursor()
        text, values, many = self.text, self.values, isinstance(self.values, list)
        for listen in connection.dispatch.before_cursor_execute:
            text, values = listen(connection, cursor, text, values, None, many)
        try:
            cursor.executemany(text, values) if many else cursor.execute(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            connection._handle_dbapi_exception(error, text, values, cursor, None)
        return cursor


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    positional: bool
    binds: Sequence[tuple[str, Bind]]  # in the order of the text
    constants: Values  # values that the statement has of itself
    results: Sequence[Bind]  # of the columns that it gives

    def bound(self, values: Values) -> Any:
        told = {**self.constants, **values} if self.constants else values
        if self.positional:
            return tuple([told[name] if bind is None else bind(told[name]) for name, bind in self.binds])
        return {name: told[name] if bind is None else bind(told[name]) for name, bind in self.binds}

    def told(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple([value if read is None else read(value) for value, read in zip(row, self.results, strict=True)])


class Prepared:
    """A statement of SQLAlchemy's, with `columns` those that an INSERT fills. Its lists have a fixed length."""

    def __init__(self, statement: Any, columns: Iterable[str] | None = None) -> None:
        self._statement, self._columns = statement, None if columns is None else list(columns)
        self._by_driver: dict[tuple[str, str], _Compiled] = {}

    def fill(self, dialect: Dialect, values: Values) -> Filled:
        known = self._for(dialect)
        return Filled(known.text, known.bound(values))

    def fill_rows(self, dialect: Dialect, rows: Iterable[Values]) -> Filled:
        """For several rows at once."""
        known = self._for(dialect)
        several = [known.bound(row) for row in rows]
        return Filled(known.text, several if len(several) > 1 else several[0])

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What a SELECT finds, all of it."""
        known = self._for(connection.dialect)
        return [known.told(row) for row in Filled(known.text, known.bound(values)).send(connection)]

    def _for(self, dialect: Dialect) -> _Compiled:
        key = dialect.name, dialect.driver
        return self._by_driver.get(key) or self._by_driver.setdefault(key, self._compiled(dialect))

    def _compiled(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=dialect, column_keys=self._columns)
        names = made.positiontup if made.positional else list(made.binds)
        constants = {name: bind.value for name, bind in made.binds.items() if not bind.required}
        binds = [(name, _type(made.binds[name], dialect).bind_processor(dialect)) for name in names or ()]
        given = getattr(self._statement, "selected_columns", ())
        results = [_type(column, dialect).result_processor(dialect, None) for column in given]
        return _Compiled(made.string, made.positional, binds, constants, results)


def _type(typed: Any, dialect: Dialect) -> Any:
    return typed.type.dialect_impl(dialect)
