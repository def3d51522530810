"""What a manager asks first: the worst bottleneck in one sentence, and the figures of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mining.diagnosis import Diagnosis
from mining.findings import ENOUGH, Kind
from webui.report_tables.findings import as_number
from webui.report_tables.shapes import Writer
from webui.report_texts import percent


def headline(diagnosis: Diagnosis, writer: Writer) -> str:
    """The worst bottleneck in one sentence."""
    worst = diagnosis.worst
    if worst is None:
        return writer.say("worst_none")
    if worst.insufficient:
        return writer.say("worst_insufficient", enough=ENOUGH)
    key = {Kind.WAITING_ACTIVITY: "worst_waiting", Kind.WAITING_OUTSIDE: "worst_outside"}.get(
        worst.kind, "worst_elapsed"
    )
    return writer.say(
        key,
        source=writer.labels(worst.subject[0]),
        activity=writer.activity(worst),
        total=writer.time(worst.value),
        share=percent(worst.share),
        cases=f"{worst.cases:,}",
        all=f"{diagnosis.cases:,}",
        median=writer.time(worst.evidence["median"]),
    )


def key_figures(diagnosis: Diagnosis, writer: Writer) -> Iterator[tuple[str, str]]:
    """Name and value of what a manager asks first."""
    yield writer.say("k_cases"), f"{diagnosis.cases:,}"
    if diagnosis.open_cases:
        yield writer.say("k_open"), f"{diagnosis.open_cases:,}"
    lead, working = diagnosis.performance.lead, diagnosis.performance.lead_working
    if lead:
        yield writer.say("k_lead_median"), writer.time(lead.median)
        yield writer.say("k_lead_p90"), writer.time(lead.p90)
    if working:
        yield writer.say("k_lead_working"), writer.working(working.median)
    if diagnosis.performance.flow_efficiency is not None:
        yield writer.say("k_efficiency"), percent(diagnosis.performance.flow_efficiency)
    conformance = diagnosis.analyses.get("conformance")
    if conformance and isinstance(conformance.figures.get("rate"), float):
        yield writer.say("k_rate"), percent(as_number(conformance.figures["rate"]))
    yield writer.say("k_variants"), f"{len(diagnosis.variants):,}"
    yield writer.say("k_activities"), f"{diagnosis.activities:,}"
    yield writer.say("k_events"), f"{diagnosis.events:,}"
    yield writer.say("k_period"), " – ".join(_day(at, diagnosis.zone) for at in diagnosis.period)


def _day(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
