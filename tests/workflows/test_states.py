"""A state that an older version wrote always opens again, and goes on as that version would have gone on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from event_logs import typed_json
from tests.workflows.situations import FOLDER, SITUATIONS, go_on, opened

FILES = sorted(FOLDER.glob("*/*.json"))


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = typed_json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("way", ["calm", "eventful"])
def test_a_stored_case_goes_on_as_it_would_have_gone_on(path: Path, way: str) -> None:
    kept = told(path)
    execution = opened(kept)
    done = go_on(execution, kept["stuck"], eventful=way == "eventful", repair=kept.get("repair"))
    expected = kept[way]
    if kept["written_by"] == "0.1.0":  # it put into each result the list of those before it
        expected["data"] |= {name: [_alone(r) for r in v] for name, v in expected["data"].items() if "_results" in name}
    assert {"path": done, "ended": execution.ended, "data": dict(execution.data)} == expected


def _alone(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if not name.endswith("_results")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_case_is_small(path: Path) -> None:
    assert len(told(path)["execution"]) < 3_000


def test_every_situation_is_kept_by_the_first_version_or_a_later_one() -> None:
    assert {path.stem for path in FILES} == set(SITUATIONS)
