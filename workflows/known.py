"""Rows that the database knows: made of what a prepared statement found, and told in one UPDATE of just what has changed.

The session would do both as well, but for every row it looks at all that it may hold: its loading and its flush cost more than all
statements of a step together. The rows are its own as ever: whoever asks it for them gets these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect, bindparam, inspect, update
from sqlalchemy.orm import Session, configure_mappers
from sqlalchemy.orm.attributes import instance_state

from event_logs.prepared import Filled, Prepared
from workflows.tables import Base

Row = TypeVar("Row", bound=Base)
configure_mappers()  # `found` makes rows past their constructors, which would see to it


def found(session: Session, kind: type[Row], values: Sequence[Any]) -> Row:
    """The session's row with these values, one for each column: as they are now in the database, whatever it held before.

    It is made and known to the session as by the session's own loading.
    """
    columns, own, key_of = _columns(kind)
    told = dict(zip(columns, values, strict=True))
    key = key_of((told[own],))
    row: Any = session.identity_map.get(key)
    if row is not None:
        row.__dict__.update(told)
        written(session, row)
        return cast(Row, row)
    row = made(kind, **told)
    state = instance_state(row)
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)
    return cast(Row, row)


@cache
def _columns(kind: type[Base]) -> tuple[tuple[str, ...], str, Callable[[Any], Any]]:
    """The attributes of a row in the order of its columns, the one that tells it, and how the session calls who has its value."""
    mapper: Any = inspect(kind)
    return tuple(mapper.columns.keys()), mapper.primary_key[0].key, mapper.identity_key_from_primary_key


def made(kind: type[Row], **values: Any) -> Row:
    """A row with these values that no session knows, and whose making nobody follows."""
    row: Row = _new(kind)()
    row.__dict__.update(values)
    return row


@cache
def _new(kind: type[Row]) -> Callable[[], Row]:
    return inspect(kind).class_manager.new_instance  # type: ignore[return-value]


def changes(row: Base) -> dict[str, Any]:
    """The attributes that are otherwise than in the database."""
    state = instance_state(row)
    now = state.dict
    return {name: now[name] for name, before in state.committed_state.items() if now[name] != before}


def change(dialect: Dialect, row: Base, told: dict[str, Any], **same: Any) -> Filled:
    """The UPDATE that tells this, where the row still has these values."""
    statement = _change(type(row), tuple(sorted(told)), tuple(sorted(same)))
    return statement.fill(dialect, {**told, **{f"was_{name}": value for name, value in same.items()}})


@cache
def _change(kind: type[Base], names: tuple[str, ...], same: tuple[str, ...]) -> Prepared:
    table: Any = kind.__table__
    where = [table.c[name] == bindparam(f"was_{name}") for name in same]
    return Prepared(update(table).where(*where).values({name: bindparam(name) for name in names}))


def written(session: Session, *rows: Base) -> None:
    """These rows are in the database as they are here: a flush has nothing to tell of them."""
    for row in rows:
        state = instance_state(row)
        state._commit_all(state.dict, session.identity_map)  # as a flush ends
