"""CloudEvents 1.0 as events of a log: `subject` is the case, `type` the activity, unless the data say otherwise.

Data that are an object may have `case_id`, `activity`, `lifecycle`, `officer`, `post` and `office`; the rest are attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from event_logs.collecting import Told
from event_logs.errors import BadCloudEvent
from event_logs.reading.lifecycles import lifecycle_word

_NEEDED = ("id", "source", "type")
_LONGEST = 500
_OURS = ("case_id", "activity", "lifecycle", "officer", "post", "office")


def told_of(given: Any) -> tuple[str, Told]:
    """The source and the event of one CloudEvent; raises BadCloudEvent with the reason."""
    if not isinstance(given, Mapping):
        raise BadCloudEvent("it is no JSON object")
    if given.get("specversion") != "1.0":
        raise BadCloudEvent(f"its `specversion` is {given.get('specversion')!r}, and has to be '1.0'")
    for name in _NEEDED:
        if not isinstance(given.get(name), str) or not 0 < len(given[name]) <= _LONGEST:
            raise BadCloudEvent(f"`{name}` has to be a text of 1 to {_LONGEST} characters")
    data = given.get("data")
    cells = dict(data) if isinstance(data, Mapping) else ({} if data is None else {"data": data})
    ours = {name: cells.pop(name, None) for name in _OURS}
    case = ours["case_id"] or given.get("subject")
    if not case:
        raise BadCloudEvent("it names no case: give a `subject`, or `case_id` in its data")
    return given["source"], Told(
        key=given["id"],
        case_id=str(case),
        activity=str(ours["activity"] or given["type"]),
        at=_time(given.get("time")),
        lifecycle=lifecycle_word(None if ours["lifecycle"] is None else str(ours["lifecycle"])),
        **{name: None if ours[name] is None else str(ours[name]) for name in ("officer", "post", "office")},
        attributes=cells,
    )


def _time(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadCloudEvent(f"its `time` is {text!r}, and has to be one of RFC 3339") from None
    if at.tzinfo is None:
        raise BadCloudEvent(f"its `time` {text!r} has no zone")
    return at
