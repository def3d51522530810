"""States that older versions stored, brought to today's format one named step after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from event_logs import typed_json
from workflows.errors import BrokenState

FORMAT = 2


def upgraded(stored: Any) -> dict[str, Any]:
    """The stored state in today's format; raises BrokenState for what no version wrote, or a newer one."""
    number = stored.get("format") if isinstance(stored, dict) else None
    if not isinstance(number, int) or not 1 <= number <= FORMAT:
        raise BrokenState(f"its format is {number!r}; this version of the product knows 1 to {FORMAT}.")
    for step in range(number, FORMAT):
        stored = UPGRADES[step](stored)
    found: dict[str, Any] = stored
    return found


def results_as_text(stored: dict[str, Any]) -> dict[str, Any]:
    """1 → 2: what the finished instances of a repeated activity set is kept as the text of each."""
    for token in stored["tokens"]:
        progress = token.get("progress", {})
        if "results" in progress and "items" in progress:
            progress["results"] = [typed_json.dumps(_alone(result)) for result in progress["results"]]
    return {**stored, "format": 2}


def _alone(result: dict[str, Any]) -> dict[str, Any]:
    """A result without the list of those before it, which later instances carried with them."""
    return {
        name: value for name, value in result.items() if not (name.endswith("_results") and isinstance(value, list))
    }


UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: results_as_text}
