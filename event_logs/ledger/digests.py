"""The digest of a recorded event, over all that it says in one canonical form, and the link to the event before it in its case.

A digest is SHA-256 of `qiangji event 1`, a newline, and a JSON array of the fields in the order of `canonical`: ASCII, no blanks,
keys sorted, instants as microseconds since 1970, values tagged as in `typed_json`. A link is SHA-256 of `qiangji link 1`, a newline,
the digest before (zeros at the first event of a case) and the event's own. A form that changes gets a new number, so that no bytes
ever mean two things.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from event_logs import typed_json
from event_logs.errors import NaiveTime
from event_logs.event import Event

_EVENT, _LINK = b"qiangji event 1\n", b"qiangji link 1\n"
SIZE = 32
FIRST = bytes(SIZE)  # what stands for the event before the first one of a case
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(event: Event) -> bytes:
    """The 32 bytes that stand for what this event says."""
    return hashlib.sha256(_EVENT + canonical(event)).digest()


def link(previous: bytes, own: bytes) -> bytes:
    """The 32 bytes that stand for an event after that other one; they are the leaves of the trees."""
    return hashlib.sha256(_LINK + previous + own).digest()


def canonical(event: Event) -> bytes:
    """All that an event says. Attributes that are None say nothing; an instant is the same in every zone."""
    fields = (
        event.procedure,
        event.case_id,
        event.activity,
        str(event.lifecycle),
        microseconds(event.at),
        event.zone,
        event.instance,
        event.version,
        event.officer,
        event.post,
        event.office,
        _attributes(event.attributes),
    )
    return _ENCODER.encode(fields).encode("ascii")


def microseconds(at: datetime) -> int:
    """Since 1970; raises NaiveTime."""
    if at.tzinfo is None:
        raise NaiveTime(at)
    return (at - _EPOCH) // _MICROSECOND


def _attributes(values: Mapping[str, Any]) -> object:
    told = {name: _in_utc(value) for name, value in values.items() if value is not None}
    return typed_json.tagged(told)


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
