"""All tables of the product, room by room, for the migrations."""

from __future__ import annotations

from event_logs import store
from mining import archive
from webui import accounts
from workflows import tables

METADATAS = (store.metadata, tables.Base.metadata, archive.Base.metadata, accounts.metadata)
