"""Spoilt files of every kind: whatever was done to one, its import says what came of it. `python -m tests.event_logs.fuzz` tries more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.event_logs.fuzz.counted import events_told
from tests.event_logs.fuzz.judged import RIGHT, outcome
from tests.event_logs.fuzz.running import Wanted, run, wanted
from tests.event_logs.fuzz.whole import WHOLE

FILES, SEED = 15 * len(WHOLE), 2026


@pytest.mark.slow
def test_a_spoilt_file_is_imported_whole_or_with_a_report_or_refused() -> None:
    told = list(run(wanted([*WHOLE], FILES, SEED)))
    assert len(told) == FILES
    assert [(one.outcome, one.kind, one.seed, one.said) for one in told if one.outcome not in RIGHT] == []
    assert set(RIGHT) == {one.outcome for one in told}


@pytest.mark.parametrize(
    ("kind", "seed"), [("XES.gz", "7.47"), ("Parquet", "7.566"), ("OCEL 1.0 JSON", "7.26")], ids=lambda told: str(told)
)
def test_what_once_went_in_without_a_word_does_so_no_more(tmp_path: Path, kind: str, seed: str) -> None:
    """A version that XML has not, a table that counts its rows wrongly, and events that are named twice."""
    assert outcome(kind, Wanted(kind, seed).file(), tmp_path)[0] in RIGHT


def test_the_independent_count_finds_what_was_put_into_the_whole_files() -> None:
    counts = {kind: events_told(kind, data) for kind, data in WHOLE.items()}
    tables = {kind: 40 for kind in WHOLE if "SV" in kind or kind in ("Parquet", "Excel")}
    assert counts == {
        **dict.fromkeys(WHOLE, 20),
        **tables,
        "XES": 24,
        "XES.gz": 24,
        "BPMN": 3,
    }
