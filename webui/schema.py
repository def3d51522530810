"""All tables of the product, room by room, for the migrations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData

from event_logs import store
from event_logs.quality import records
from mining import acceptances, archive
from mining.filters import kept
from mining.prediction import records as predictions
from mining.reports import kept as reports
from webui import accounts, asking, yardsticks
from workflows import tables
from workflows.jobs import embedded

METADATAS = (
    store.metadata,
    records.Base.metadata,
    tables.Base.metadata,
    archive.Base.metadata,
    acceptances.Base.metadata,
    kept.Base.metadata,
    reports.Base.metadata,
    predictions.Base.metadata,
    accounts.metadata,
    asking.Base.metadata,
    yardsticks.Base.metadata,
)


def metadatas(dialect: str) -> list[MetaData]:
    """What there is on this kind of database: the jobs of SQLite are in a table of ours, those of PostgreSQL are procrastinate's."""
    return [*METADATAS, embedded.metadata] if dialect == "sqlite" else list(METADATAS)


def ours(thing: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
    """Whether a table or index is described here, and not by procrastinate."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return not (table or "").startswith("procrastinate_")
