"""Since when cases take other ways or other times, and what changed most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mining.diagnosis import Diagnosis
from mining.findings import Finding, Kind
from webui.report_tables.findings import as_number
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent

TIMES = ("waiting", "processing", "elapsed", "lead")


def drift(diagnosis: Diagnosis, writer: Writer) -> Section:
    found = sorted(diagnosis.findings(Kind.DRIFT), key=lambda finding: str(finding.evidence["at"]))
    columns = writer.columns("since", "interval", "family", "changed_most")
    rows = tuple(_row(finding, writer) for finding in found[:MOST_ROWS])
    return Section("drift", writer.say("drift"), (), (Table("", columns, rows, in_all=len(found)),))


def _row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence: Mapping[str, Any] = finding.evidence
    low, high = (str(evidence[name])[:10] for name in ("low", "high"))
    most = "; ".join(trait_change(each, writer) for each in evidence["changed"][:3])
    return (
        Cell(_since(evidence, writer), number=False),
        Cell(f"{low} – {high}", number=False),
        Cell(writer.say(f"drift_{finding.measure}"), number=False),
        Cell(most, number=False),
    )


def _since(evidence: Mapping[str, Any], writer: Writer) -> str:
    at, until = str(evidence["at"])[:10], evidence.get("until")
    return writer.say("gradually", at=at, until=str(until)[:10]) if until else at


def trait_change(each: Mapping[str, Any], writer: Writer) -> str:
    """What changed, with its figure before and after."""
    names = dict(zip("ab", map(writer.labels, each["subject"]), strict=False))
    show = writer.time if each["trait"] in TIMES else lambda share: percent(as_number(share))
    what = writer.say(f"trait_{each['trait']}", **names)
    return f"{what}: {show(each['before'])} → {show(each['after'])}"
