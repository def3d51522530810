"""All tables of the product, room by room, for the migrations."""

from __future__ import annotations

from event_logs import store
from workflows import tables

from webui import accounts

METADATAS = (store.metadata, tables.Base.metadata, accounts.metadata)
