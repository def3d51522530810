"""Object-centric logs as OCEL 2.0: JSON, XML or an SQLite database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from event_logs.errors import UnwritableLog
from event_logs.objects import ObjectLog
from event_logs.writing.objects.json_text import ocel_json
from event_logs.writing.objects.sqlite import ocel_sqlite
from event_logs.writing.objects.told import Content, content
from event_logs.writing.objects.xml_text import ocel_xml
from event_logs.writing.pieces import beside, write_pieces

ENDINGS = {"ocel-json": ".json", "ocel-xml": ".xml", "ocel-sqlite": ".sqlite"}
_TEXTS: dict[str, Callable[[Content], Iterator[str]]] = {"ocel-json": ocel_json, "ocel-xml": ocel_xml}


def form_of(path: Path) -> str | None:
    """Which form of OCEL the ending of a path means, that of a text also before .gz; None where it means none."""
    name = path.name.lower()
    endings = {form: (ending, f"{ending}.gz") if form in _TEXTS else ending for form, ending in ENDINGS.items()}
    return next((form for form, ending in endings.items() if name.endswith(ending)), None)


def write_objects(log: ObjectLog, path: Path | str, form: str | None = None) -> None:
    """Write in that form (a key of ENDINGS), by default the one of the path's ending; raises UnwritableLog.

    Read back it gives the same events, objects, values over time and relations, as far as OCEL has types for the values.
    """
    path = Path(path)
    form = form or form_of(path)
    if form not in ENDINGS:
        raise UnwritableLog(str(path), f"as an object-centric log its name should end in {', '.join(ENDINGS.values())}")
    told = content(log)
    if form in _TEXTS:  # half of a surrogate pair has no UTF-8, but within a JSON text this escape
        write_pieces(path, _TEXTS[form](told), errors="backslashreplace")
    else:
        with beside(path) as part:
            ocel_sqlite(told, part)
