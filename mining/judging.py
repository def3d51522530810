"""A conformance analysis as it reads with what is accepted: what was decided about deviations, laid over the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mining.acceptances import Acceptance
from mining.analyses.analysis import Analysis
from mining.findings import ENOUGH, Evidence, Finding, ranked
from mining.shares import wilson


def judged(analysis: Analysis, accepted: Sequence[Acceptance]) -> Analysis:
    """A conformance analysis in which accepted deviations are no deviations: `figures["accepted"]` lists them apart.

    A case conforms if every deviation of it is accepted. Open cases are not judged anew.
    """
    if not accepted or not analysis.figures.get("cases"):
        return analysis
    left: list[Finding] = []
    apart: list[Evidence] = []
    for finding in analysis.findings:
        remaining, cases = _without(finding, accepted)
        if cases:
            apart.append({"word": finding.measure, "activity": finding.subject[0], "cases": cases})
        if remaining is not None:
            left.append(remaining)
    excused = sum(row["cases"] for row in _rows(analysis.figures["together"]) if _all_accepted(row, accepted))
    figures: Mapping[str, Any] = analysis.figures
    conforming = figures["conforming"] + excused
    changed: dict[str, Evidence] = {
        "conforming": conforming,
        "rate": conforming / figures["cases"],
        "accepted": apart,
        "accepted_cases": excused,
    }
    return replace(analysis, findings=ranked(left), figures={**figures, **changed})


def _rows(told: Any) -> Iterator[Mapping[str, Any]]:
    yield from told or ()


def _all_accepted(row: Mapping[str, Any], accepted: Sequence[Acceptance]) -> bool:
    return all(
        any(one.covers(word, activity, row["version"]) for one in accepted) for word, activity in row["deviations"]
    )


def _without(finding: Finding, accepted: Sequence[Acceptance]) -> tuple[Finding | None, int]:
    """What is left of a finding, and how many of its cases are accepted."""
    versions = list(_rows(finding.evidence.get("versions")))
    covered = [
        row
        for row in versions
        if any(one.covers(finding.measure, finding.subject[0], row["version"]) for one in accepted)
    ]
    gone = sum(row["cases"] for row in covered)
    if not covered:
        return finding, 0
    if gone == finding.cases:
        return None, gone
    cases = finding.cases - gone
    of = int(finding.evidence["eligible"]) - sum(row["eligible"] for row in covered)  # type: ignore[arg-type]
    evidence: dict[str, Evidence] = {
        **finding.evidence,
        "eligible": of,
        "share_interval": list(wilson(cases, of)),
        "versions": [dict(row) for row in versions if row not in covered],
    }
    changed = replace(
        finding, cases=cases, value=float(cases), share=cases / of, insufficient=of < ENOUGH, evidence=evidence
    )
    return changed, gone
