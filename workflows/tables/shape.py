"""What all tables have in common: names of constraints, and how typed values and moments are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, MetaData, String, TypeDecorator, literal_column
from sqlalchemy.orm import DeclarativeBase

from event_logs.columns import Json, Utc

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
FeelValues = Json  # variables of a case: the tagged JSON keeps Decimal, dates and durations as they were


class State(TypeDecorator[str]):
    """One of few states. A condition has it written out, and not as a parameter.

    Only so does a database see that an index of the rows in these states (a partial one) has all that the condition asks for.
    """

    impl = String(16)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        def operate(self, op: Any, *other: Any, **more: Any) -> ColumnElement[Any]:
            return super().operate(op, *(_written_out(value) for value in other), **more)

    comparator_factory = Comparator


def _written_out(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return literal_column(f"'{value}'")
    return [_written_out(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc,
        dict[str, str]: Json,
        list[str]: Json,
        list[int]: Json,
        dict[str, int]: Json,
        dict[str, Any]: Json,
    }
