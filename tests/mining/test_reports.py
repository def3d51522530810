"""Reports as text: everything comes back, and the same diagnosis is the same text."""

from __future__ import annotations

import pytest

from bpmn.layout import lay_out
from bpmn.reading import read_bpmn
from event_logs.log import EventLog
from event_logs.objects.casework import objects_of
from mining.change import change
from mining.diagnosis import Diagnosis, as_dict, diagnose
from mining.discovery import Discovered, Miner
from mining.filters import read as filter_of
from mining.objects import object_view
from mining.reports.current import delays
from mining.reports.kept import FOUND, ReportKind, ReportName, form_of
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


def test_reports_of_every_kind_come_back_as_they_were() -> None:
    log = log_of(
        *[Done(str(n), "a", n, office="east") for n in range(4)],
        *[Done(str(n), "b", n + 9, started=n + 5) for n in range(4)],
    )
    early, late = (filter_of(f"started({span})") for span in (",2026-03-02T03:00Z", "2026-03-02T03:00Z,"))
    model = lay_out(read_bpmn(DRAWN.encode()))
    found = {
        ReportKind.CHANGE: change(log, early, late),
        ReportKind.DELAYS: delays(log, {}),
        ReportKind.OBJECTS: object_view(objects_of(log)),
        ReportKind.DRAWINGS: (
            Discovered(miner=Miner.INDUCTIVE, model=model, fitness=0.5),
            Discovered(miner=Miner.SPLIT, model=None, reason="not sound"),
        ),
    }
    assert {ReportKind.DIAGNOSIS, *found} == set(FOUND)
    for kind, value in found.items():
        again = read(write(value), FOUND[kind])
        assert again == value and write(again) == write(value), kind
    assert len({form_of(kind) for kind in FOUND}) == len(FOUND)


DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p">
<startEvent id="s"/><userTask id="t" name="受理"/><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/></process></definitions>"""


def test_names_of_reports_do_not_meet() -> None:
    names = [ReportName(kind, log, where) for kind in ReportKind for log in ("a", "b") for where in ("", "c(d)")]
    assert len({name.digest for name in names}) == len(names)
