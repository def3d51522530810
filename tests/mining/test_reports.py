"""Reports as text: everything comes back, and the same diagnosis is the same text."""

from __future__ import annotations

import pytest

from event_logs.log import EventLog
from mining.diagnosis import Diagnosis, as_dict, diagnose
from mining.reports.written import form, read, write
from tests.mining.logs import Done, log_of


def comes_back(found: Diagnosis) -> None:
    again = read(write(found), Diagnosis)
    assert write(again) == write(found) and as_dict(again) == as_dict(found)
    assert (again.performance, again.graph, again.variants) == (found.performance, found.graph, found.variants)
    assert [(f.kind, f.subject, f.interval) for f in again.findings()] == [
        (f.kind, f.subject, f.interval) for f in found.findings()
    ]


@pytest.mark.slow
def test_everything_of_a_public_log_comes_back(receipt: EventLog) -> None:
    comes_back(diagnose(receipt))


def test_what_is_not_known_stays_unknown() -> None:
    log = log_of(Done("1", "a", 0), Done("1", "b", 2, started=1), Done("2", "a", 3), open_cases=["2"])
    comes_back(diagnose(log))
    assert len(form(Diagnosis)) == 12
