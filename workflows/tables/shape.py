"""What all tables have in common: names of constraints, and how typed values and moments are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from event_logs.columns import Json, Utc

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
FeelValues = Json  # variables of a case: the tagged JSON keeps Decimal, dates and durations as they were


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
