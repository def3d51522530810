"""The bottlenecks of a log as of now, and the findings of an older diagnosis brought up to them.

A diagnosis loads every piece of work; this asks the maintained tables alone, so that it is current in seconds where ten million
events are on file (`python -m benchmarks warehouse`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from mining.figures.delays import bottlenecks
from mining.findings import Finding
from mining.reading import by_version


@dataclass(frozen=True)
class Delays:
    """Where cases wait and for how long altogether, by the calendar; the kinds and figures of `mining.figures.delays`."""

    findings: tuple[Finding, ...]


def delays(log: EventLog, models: ProcessModel | Mapping[int, ProcessModel] | None = None) -> Delays:
    """The bottlenecks of all cases of the log, from its maintained tables; `models` are the versions that the cases ran on."""
    return Delays(bottlenecks(log, by_version(models)))


def brought_up(findings: Iterable[Finding], now: Delays) -> tuple[Finding, ...]:
    """Findings of a diagnosis with the delays as they are now, in the order of `now`.

    What only a diagnosis works out (office hours, costs, what still waits) stays in the evidence as it was. Activities that nobody
    had done by then stay as well, unless somebody has since.
    """
    before = {(finding.kind, finding.subject): finding for finding in findings}
    fresh = {(finding.kind, finding.subject): finding for finding in now.findings}
    never_done = (f for key, f in before.items() if key not in fresh and f.evidence.get("pieces") == 0)
    return (*(_with_evidence(finding, before.get(key)) for key, finding in fresh.items()), *never_done)


def _with_evidence(finding: Finding, before: Finding | None) -> Finding:
    return finding if before is None else replace(finding, evidence={**before.evidence, **finding.evidence})
