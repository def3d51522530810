"""The bar above every analysis: which cases it is about, how to leave a condition out, and filters that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from mining.filters import And, Filter, all_of, read, write
from mining.filters.kept import kept_of
from webui import analyses
from webui.analyses import IMPORTED
from webui.answers import db
from webui.catalogue import Names
from webui.filter_words import Label, words
from webui.formats import zone
from webui.language import current_language


@dataclass(frozen=True)
class Place:
    """A page of the analysis of one log (`of`: a procedure's key, or `log:` and a name) at one tab, with what else stands in its address."""

    of: str
    tab: str = ""
    more: tuple[tuple[str, str], ...] = ()

    def address(self, where: Filter | None) -> str:
        values = {"tab": self.tab} if self.tab else {}
        return f"{plain_address(self.of)}?{urlencode(values | filter_value(where) | dict(self.more))}".removesuffix("?")


def plain_address(of: str) -> str:
    if of.startswith(IMPORTED):
        return url_for("analysis.log", name=of.removeprefix(IMPORTED))
    return url_for("analysis.procedure", key=of)


def filter_value(where: Filter | None) -> dict[str, str]:
    return {} if where is None else {"filter": write(where)}


def read_filter(text: str) -> Filter | None:
    """The filter of an address, none where it has none; raises UnreadableFilter."""
    return read(text) if text else None


def bar(place: Place, where: Filter | None) -> dict[str, Any]:
    """What `analysis_filter.html` shows."""
    whole = analyses.latest(place.of) or analyses.latest(analyses.named(place.of, where))
    label: Label = whole.label if whole else str
    parts = () if where is None else where.of if isinstance(where, And) else (where,)
    known = whole.diagnosis.graph.nodes if whole else ()
    return {
        "of": place.of,
        "tab": place.tab,
        "text": "" if where is None else write(where),
        "all": place.address(None),
        "conditions": [{"words": _words(part, label), "without": _without(place, parts, part)} for part in parts],
        "kept": _kept(place, where, label),
        "activities": [(node.activity, label(node.activity)) for node in known],
    }


def _words(where: Filter, label: Label) -> str:
    return words(where, label, current_language(), zone())


def _without(place: Place, parts: tuple[Filter, ...], part: Filter) -> str:
    rest = [each for each in parts if each != part]
    return place.address(all_of(*rest) if rest else None)


def _kept(place: Place, where: Filter | None, label: Label) -> list[dict[str, Any]]:
    names = Names(db())
    return [
        {
            "name": each.name,
            "by": names.officer(each.kept_by),
            "words": _words(each.where, label),
            "address": place.address(each.where),
            "on": where == each.where,
        }
        for each in kept_of(db(), place.of)
    ]
