"""The office as it is at one moment: the open cases, where each of them stands, and who has begun what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from event_logs import typed_json


@dataclass(frozen=True)
class OpenWork:
    """A piece of work or an awaited event that is not over. Moments are seconds since 1970; None: not begun, nobody's."""

    element: str
    enabled: float
    started: float | None = None
    officer: str | None = None


@dataclass(frozen=True)
class OpenCase:
    """A case on its way. `places` are those of the model's net that hold its tokens, `made` its choices (node, outcome) in
    order, `visits` how often each element was over, `doers` who did an activity last, `waited` its seconds of waiting for
    officers so far, without what still waits."""

    arrived: float
    places: tuple[str, ...]
    work: tuple[OpenWork, ...] = ()
    office: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    made: tuple[tuple[str, str], ...] = ()
    visits: Mapping[str, int] = field(default_factory=dict)
    doers: Mapping[str, str] = field(default_factory=dict)
    waited: float = 0.0


@dataclass(frozen=True)
class Present:
    """All open cases at the moment `at` (seconds since 1970), in the order of their arrival."""

    at: float
    cases: tuple[OpenCase, ...] = ()


def as_dict(present: Present | None) -> dict[str, Any] | None:
    """The open cases as plain values for JSON; `from_dict` gives them back."""
    if present is None:
        return None
    return {"at": present.at, "cases": [_case_as_dict(case) for case in present.cases]}


def from_dict(read: Mapping[str, Any] | None) -> Present | None:
    """The open cases that `as_dict` wrote."""
    if read is None:
        return None
    return Present(read["at"], tuple(_case_from_dict(case) for case in read["cases"]))


def _case_as_dict(case: OpenCase) -> dict[str, Any]:
    work = [[w.element, w.enabled, w.started, w.officer] for w in case.work]
    return {**vars(case), "attributes": typed_json.dumps(dict(case.attributes)), "work": work}


def _case_from_dict(read: Mapping[str, Any]) -> OpenCase:
    return OpenCase(
        **{
            **read,
            "places": tuple(read["places"]),
            "work": tuple(OpenWork(*work) for work in read["work"]),
            "attributes": typed_json.loads(read["attributes"]),
            "made": tuple((node, outcome) for node, outcome in read["made"]),
        }
    )
