"""Object-centric logs as OCEL 2.0: JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from event_logs.errors import UnwritableLog
from event_logs.objects import ObjectLog
from event_logs.writing.objects.json_text import ocel_json
from event_logs.writing.objects.told import Content, content
from event_logs.writing.pieces import write_pieces

ENDINGS = {"ocel-json": ".json"}
_TEXTS: dict[str, Callable[[Content], Iterator[str]]] = {"ocel-json": ocel_json}


def form_of(path: Path) -> str | None:
    """Which form of OCEL the ending of a path means, also before .gz; None where it means none."""
    name = path.name.lower().removesuffix(".gz")
    return next((form for form, ending in ENDINGS.items() if name.endswith(ending)), None)


def write_objects(log: ObjectLog, path: Path | str, form: str | None = None) -> None:
    """Write in that form (a key of ENDINGS), by default the one of the path's ending; raises UnwritableLog.

    Read back it gives the same events, objects, values over time and relations, as far as OCEL has types for the values.
    """
    path = Path(path)
    form = form or form_of(path)
    if form not in ENDINGS:
        raise UnwritableLog(str(path), f"as an object-centric log its name should end in {', '.join(ENDINGS.values())}")
    # Half of a surrogate pair has no UTF-8, but within a JSON text this escape.
    write_pieces(path, _TEXTS[form](content(log)), errors="backslashreplace")
