"""`python -m benchmarks`: who is named runs, and gets its own words."""

from __future__ import annotations

import runpy
import sys

import pytest

from benchmarks.__main__ import main


@pytest.mark.parametrize(
    ("words", "ran"),
    [
        (["feel", "engine"], [["benchmarks feel"], ["benchmarks engine"]]),
        (["soundness", "--all"], [["benchmarks soundness", "--all"]]),
        (["warehouse", "--events", "1000"], [["benchmarks warehouse", "--events", "1000"]]),
        (["engine", "quick"], [["benchmarks engine", "quick"]]),
    ],
)
def test_who_is_named_runs_with_its_own_words(
    words: list[str], ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(runpy, "run_module", lambda *_, **__: seen.append(sys.argv))
    main(words)
    assert seen == ran


@pytest.mark.parametrize("words", [["nothing"], ["feel", "engine", "--all"], ["--all"]])
def test_what_is_nobodys_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"engine, event_logs"):
        main(words)
