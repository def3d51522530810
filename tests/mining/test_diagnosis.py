"""A diagnosis as a whole: the same every time, honest about what it does not know, in time on large logs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from event_logs.log import EventLog
from mining.analyses import ANALYSES
from mining.diagnosis import as_dict, diagnose
from mining.errors import EmptyLog, UnknownAnalysis
from mining.findings import Kind
from tests.mining.logs import Done, log_of, path
from tests.mining.test_conformance import RIGHT, drawn


def test_receipt_in_figures(receipt: EventLog) -> None:
    found = diagnose(receipt)
    assert (found.cases, found.events, found.activities, len(found.variants)) == (1434, 8577, 27, 116)
    assert found.worst is not None and found.worst.kind is Kind.ELAPSED_HANDOVER
    assert {"only_completions", "no_model", "no_limits"} <= {
        note.code for analysis in found.analyses.values() for note in analysis.notes
    }
    assert [note.code for note in found.notes] == ["closed_unknown"]
    assert sum(f.share or 0 for f in found.findings(Kind.CRITICAL_PATH)) == pytest.approx(1)


PROGRAM = """
import json, sys
from event_logs.reading import open_log
from mining.diagnosis import as_dict, diagnose
sys.stdout.write(json.dumps(as_dict(diagnose(open_log(sys.argv[1]))), sort_keys=True))
"""


@pytest.mark.slow
def test_two_processes_say_the_same_to_the_byte(shared: Path) -> None:
    log = str(shared / "data" / "logs" / "repair_example.xes.gz")
    said = [subprocess.run([sys.executable, "-c", PROGRAM, log], capture_output=True, check=True).stdout for _ in "12"]
    assert said[0] == said[1] and json.loads(said[0])["cases"] == 1104


def test_every_analysis_is_in_the_table_and_only_those_asked_for_are_made() -> None:
    log = log_of(*path("1", *RIGHT))
    steps: list[str] = []
    found = diagnose(log, drawn(), only=["conformance", "rework"], progress=steps.append)
    assert list(found.analyses) == steps == ["conformance", "rework"]
    assert found.analyses["conformance"].figures["rate"] == 1
    with pytest.raises(UnknownAnalysis, match="bottlenecks, why, critical_path, conformance"):
        diagnose(log, only=["magic"])
    assert set(ANALYSES) >= {"bottlenecks", "conformance", "rework", "organisation", "timeliness"}


def test_an_empty_log_is_refused_in_a_sentence() -> None:
    log = log_of(Done("1", "a", 1))
    with pytest.raises(EmptyLog, match="has no events"):
        diagnose(log.filtered(log.cases.filter(log.cases.case_id == "nobody")))


def test_a_case_with_nothing_done_yet_is_counted() -> None:
    found = diagnose(log_of(*path("1", *RIGHT), Done("2", "accept", None, scheduled=3), open_cases=["2"]), drawn())
    assert (found.cases, found.open_cases) == (2, 1)
    assert found.analyses["conformance"].figures["open_cases"] == 1


def test_as_json_it_has_the_worst_bottleneck_and_every_finding() -> None:
    work = [
        d
        for n in range(25)
        for d in (Done(f"{n}", "accept", 1, started=0, scheduled=0), Done(f"{n}", "check", 30, started=28, scheduled=1))
    ]
    plain = json.loads(json.dumps(as_dict(diagnose(log_of(*work)))))
    assert plain["worst"]["subject"] == ["check"]
    assert plain["worst"]["value"] == 25 * 27 * 3600
    assert plain["analyses"]["bottlenecks"]["findings"][0] == plain["worst"]
    assert plain["period"][0] == "2026-03-02T01:00:00+00:00"
    assert plain["graph"]["edges_in_all"] == 1


@pytest.mark.slow
def test_road_fines_within_a_minute(public_log: Callable[[str], EventLog]) -> None:
    log = public_log("road_traffic_fines.xes.gz")
    begin = time.monotonic()
    found = diagnose(log)
    assert time.monotonic() - begin < 45
    assert (found.cases, found.events, found.activities, len(found.variants)) == (150_370, 561_470, 11, 231)
    assert found.worst is not None and found.worst.subject == ("Add penalty", "Send for Credit Collection")
