"""Attributes of Camunda 7 and 8, Flowable, Activiti and SpiffWorkflow that mean the same as a term of ours.

Only what is certain is translated; the vendor's own attribute is kept beside it either way, and what has no term of ours is
named in `Terms.kept`, so that reading can list it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from bpmn.expressions import feel
from bpmn.kept import Element, Entry
from bpmn.vendors import classic, owners, spiff, zeebe
from bpmn.vendors.terms import Terms
from bpmn.vendors.words import Words, is_foreign
from bpmn.vocabulary import ZEEBE

__all__ = ["Loop", "Terms", "correlation", "loop", "terms"]

_DIALECTS = (classic, zeebe, spiff, owners)
_SINGLE = tuple(f.name for f in fields(Terms) if f.name != "kept")


@dataclass(frozen=True, slots=True)
class Loop:
    """What a multi-instance marker runs over; `kept` names the vendor's words that have no term of ours."""

    collection: str = ""
    element: str = ""
    kept: tuple[str, ...] = ()


def terms(entries: Iterable[Entry], element: str = "") -> Terms:
    """What the vendors' entries on an element mean; `element` is its id, under which its own form fields are a form."""
    entries = tuple(entries)
    if not any(is_foreign(entry) for entry in entries):
        return Terms()
    found = [dialect.terms(Words(entries, dialect.NAMESPACES), element) for dialect in _DIALECTS]
    first = {name: next((value for each in found if (value := getattr(each, name))), None) for name in _SINGLE}
    said = {name: value for name, value in first.items() if value is not None}
    return replace(Terms(kept=tuple(word for each in found for word in each.kept)), **said)


def loop(entries: Iterable[Entry]) -> Loop:
    """What a multi-instance marker says in a vendor's attributes."""
    entries = tuple(entries)
    one, two = classic.loop(Words(entries, classic.NAMESPACES)), zeebe.loop(Words(entries, zeebe.NAMESPACES))
    return Loop(one[0] or two[0], one[1] or two[1], (*one[2], *two[2]))


def correlation(message: Element) -> str | None:
    """The correlation expression that Camunda 8 keeps at the message."""
    found = message.find(f".//{{{ZEEBE}}}subscription")
    return None if found is None else feel(found.get("correlationKey", "")) or None
