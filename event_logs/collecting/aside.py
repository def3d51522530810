"""Rows of a collection that could not go in, kept once with their reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from event_logs.collecting.tables import CollectedAside, Collection
from event_logs.reading.repaired import AsideRow

_AT_ONCE = 500


def put_aside(session: Session, collection: Collection, rows: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
    """Keep the rows by their key, with the reason and the cells; one that lies there already is left as it is."""
    of = {"collection": collection.name, "log": collection.log}
    values = [{**of, "key": key, "reason": reason, "cells": dict(cells)} for key, (reason, cells) in rows.items()]
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(CollectedAside)
    for start in range(0, len(values), _AT_ONCE):
        statement = insert.values(values[start : start + _AT_ONCE])
        session.execute(statement.on_conflict_do_nothing(index_elements=["collection", "key"]))


def forget(session: Session, collection: Collection, keys: Sequence[str]) -> None:
    """Rows that their source tells well by now."""
    of = CollectedAside.collection == collection.name
    for start in range(0, len(keys), _AT_ONCE):
        some = CollectedAside.key.in_(keys[start : start + _AT_ONCE])
        session.execute(sa.delete(CollectedAside).where(of, some), execution_options={"synchronize_session": False})


def count(session: Session, collection: Collection) -> int:
    of = sa.select(sa.func.count()).where(CollectedAside.collection == collection.name)
    return session.scalar(of) or 0


def mark(session: Session, log: str) -> str:
    """Another text whenever other rows lie aside."""
    of = sa.select(sa.func.count(), sa.func.max(CollectedAside.position)).where(CollectedAside.log == log)
    rows, last = session.execute(of).one()
    return f"{rows} aside up to {last or 0}"


def rows_aside(session: Session, log: str) -> tuple[Sequence[str], Sequence[AsideRow]]:
    """The columns of the rows that lie aside, and the rows, as a set-aside file has them."""
    found = session.scalars(
        sa.select(CollectedAside).where(CollectedAside.log == log).order_by(CollectedAside.position)
    )
    kept = [(one.position, one.reason, one.cells) for one in found]
    header: list[Any] = list(dict.fromkeys(name for _, _, cells in kept for name in cells))
    return header, [AsideRow(at, why, [cells.get(name, "") for name in header], "") for at, why, cells in kept]


def last_reasons(session: Session) -> dict[str, str]:
    """By collection, why the latest of its rows aside could not go in."""
    of = sa.select(CollectedAside.collection, CollectedAside.reason).order_by(CollectedAside.position)
    latest = sa.select(sa.func.max(CollectedAside.position)).group_by(CollectedAside.collection)
    found = session.execute(of.where(CollectedAside.position.in_(latest)))
    return {one.collection: one.reason for one in found}
