"""What a report says of a diagnosis: its sentences, figures and tables, before they become text or a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mining.diagnosis import Diagnosis
from mining.findings import ENOUGH, Finding, Kind, Note
from mining.performance import ActivityTimes, Times
from mining.variants import Variant
from webui.report_texts import duration, percent, say, working_duration

Labels = Callable[[str], str]
MOST_ROWS = 15

DELAYS = (
    Kind.WAITING_ACTIVITY,
    Kind.WAITING_HANDOVER,
    Kind.WAITING_OUTSIDE,
    Kind.ELAPSED_ACTIVITY,
    Kind.ELAPSED_HANDOVER,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table shows: a text, and for a share the part that its bar fills."""

    text: str
    bar: float | None = None
    number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; `narrow` are the columns that are enough on a terminal, all where empty."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    in_all: int = 0
    narrow: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its key in the texts, sentences, and tables."""

    key: str
    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Writer:
    """How this report names and writes things."""

    language: str
    labels: Labels

    def say(self, key: str, **values: Any) -> str:
        return say(self.language, key, **values)

    def time(self, seconds: object) -> str:
        return duration(float(seconds) if isinstance(seconds, int | float) else None, self.language)

    def working(self, seconds: object) -> str:
        return working_duration(float(seconds) if isinstance(seconds, int | float) else None, self.language)

    def subject(self, finding: Finding) -> str:
        return " → ".join(self.labels(part) for part in finding.subject)

    def activity(self, finding: Finding) -> str:
        return self.labels(finding.subject[-1]) if finding.subject else ""

    def columns(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.say(key) for key in keys)


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
        yield writer.say("k_rate"), percent(_number(conformance.figures["rate"]))
    yield writer.say("k_variants"), f"{len(diagnosis.variants):,}"
    yield writer.say("k_activities"), f"{diagnosis.activities:,}"
    yield writer.say("k_events"), f"{diagnosis.events:,}"
    yield writer.say("k_period"), " – ".join(_day(at, diagnosis.zone) for at in diagnosis.period)


def _day(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def sections(diagnosis: Diagnosis, writer: Writer) -> list[Section]:
    """The parts of the report that have something to say, in the order of a reader's questions."""
    parts = [
        _bottlenecks(diagnosis, writer),
        _critical_path(diagnosis, writer),
        _conformance(diagnosis, writer),
        _of_findings(
            diagnosis, writer, "rules", (Kind.RULE_BROKEN,), _rule_rows, ("rule", "cases", "of_eligible", "where")
        ),
        _timeliness(diagnosis, writer),
        _rework(diagnosis, writer),
        _activities(diagnosis, writer),
        _organisation(diagnosis, writer),
        _variants(diagnosis, writer),
        _notes(diagnosis, writer),
    ]
    return [part for part in parts if part.sentences or any(table.rows for table in part.tables)]


# --- bottlenecks ------------------------------------------------------------------------------------------------------

_DELAY_COLUMNS = ("share", "total", "interval", "cases", "median", "p90", "working_total", "working_median")


_NARROW = (0, 1, 2, 3, 5, 6, 9)


def _bottlenecks(diagnosis: Diagnosis, writer: Writer) -> Section:
    tables = []
    for kind in DELAYS:
        found = diagnosis.findings(kind)
        first = "handover" if len(found) and len(found[0].subject) == 2 else "activity"
        rows = tuple(_delay_row(finding, writer) for finding in found[:MOST_ROWS])
        columns = writer.columns("rank", first, *_DELAY_COLUMNS)
        tables.append(Table(writer.say(kind.value), columns, rows, in_all=len(found), narrow=_NARROW))
    filled = tuple(table for table in tables if table.rows)
    return Section("bottlenecks", writer.say("bottlenecks"), (writer.say("interval_note"),) if filled else (), filled)


def _delay_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    name = Cell(writer.subject(finding), number=False)
    if finding.insufficient:
        blank = tuple(Cell("") for _ in _DELAY_COLUMNS[3:])
        unknown = Cell(writer.say("insufficient"))
        return Cell("–"), name, unknown, Cell(""), Cell(""), Cell(f"{finding.cases:,}"), *blank[1:]
    low, high = finding.interval or (finding.value, finding.value)
    return (
        Cell(_places(evidence)),
        name,
        Cell(percent(finding.share), bar=finding.share),
        Cell(writer.time(finding.value)),
        Cell(f"{writer.time(low)} – {writer.time(high)}"),
        Cell(f"{finding.cases:,}"),
        Cell(writer.time(evidence["median"])),
        Cell(writer.time(evidence["p90"])),
        Cell(writer.working(evidence["working_total"])),
        Cell(writer.working(evidence["working_median"])),
    )


def _places(evidence: Mapping[str, object]) -> str:
    low, high = evidence["rank_low"], evidence["rank_high"]
    return str(low) if low == high else f"{low}–{high}"


def _critical_path(diagnosis: Diagnosis, writer: Writer) -> Section:
    found = diagnosis.findings(Kind.CRITICAL_PATH)
    rows = tuple(
        (
            Cell(writer.subject(finding), number=False),
            Cell(writer.say(f"part_{finding.measure}"), number=False),
            Cell(percent(finding.share), bar=finding.share),
            Cell(writer.time(finding.value)),
            Cell(f"{finding.cases:,}"),
        )
        for finding in found[:MOST_ROWS]
        if not finding.insufficient
    )
    table = Table("", writer.columns("activity", "part", "share", "total", "cases"), rows, in_all=len(found))
    return Section("critical_path", writer.say("critical_path"), (), (table,))


# --- conformance ------------------------------------------------------------------------------------------------------


def _conformance(diagnosis: Diagnosis, writer: Writer) -> Section:
    analysis = diagnosis.analyses.get("conformance")
    heading = writer.say("conformance")
    if analysis is None or not analysis.figures:
        return Section("conformance", heading)
    rows = tuple(_deviation_row(finding, writer) for finding in analysis.findings[:MOST_ROWS])
    columns = writer.columns("deviation", "cases", "of_eligible", "where", "lead_effect")
    table = Table("", columns, rows, in_all=len(analysis.findings))
    return Section("conformance", heading, tuple(_conformance_sentences(analysis.figures, writer)), (table,))


def _conformance_sentences(figures: Mapping[str, Any], writer: Writer) -> Iterator[str]:
    if figures["cases"]:
        yield writer.say(
            "conformance_rate",
            cases=f"{figures['cases']:,}",
            conforming=f"{figures['conforming']:,}",
            rate=percent(figures["rate"]),
            fitness=f"{figures['fitness']:.4f}",
            cost=f"{figures['cost']:,}",
        )
    if figures["open_cases"] or figures["withdrawn"]:
        yield writer.say(
            "open_compared",
            open=f"{figures['open_cases']:,}",
            withdrawn=f"{figures['withdrawn']:,}",
            deviating=f"{figures['open_deviating']:,}",
        )
    if figures["unknown_activities"]:
        yield writer.say("unknown_activities", activities=", ".join(figures["unknown_activities"]))
    for key in ("undecided", "unmodelled"):
        if figures[key]:
            yield writer.say(key, **{key: f"{figures[key]:,}"})


def _deviation_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.say(f"d_{finding.measure}", activity=writer.activity(finding)), number=False),
        Cell(f"{finding.cases:,}"),
        _eligible_cell(finding, writer),
        Cell(_where(finding), number=False),
        Cell(_effect(finding.evidence, writer)),
    )


def _eligible_cell(finding: Finding, writer: Writer) -> Cell:
    if finding.insufficient:
        return Cell(writer.say("insufficient"))
    return Cell(percent(finding.share), bar=finding.share)


def _where(finding: Finding) -> str:
    offices = finding.evidence.get("offices")
    shown = offices[:3] if isinstance(offices, Sequence) else ()
    return ", ".join(
        f"{office['office']} {office['cases']}/{office['eligible']}" for office in shown if isinstance(office, Mapping)
    )


def _effect(evidence: Mapping[str, Any], writer: Writer) -> str:
    if evidence.get("lead_difference") is None:
        return writer.say("no_effect_known")
    low, high = evidence["lead_interval"]
    return f"{_signed(evidence['lead_difference'], writer)} ({_signed(low, writer)} … {_signed(high, writer)})"


def _signed(seconds: float, writer: Writer) -> str:
    return ("+" if seconds > 0 else "") + writer.time(seconds)


def _rule_rows(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.say(f"r_{finding.measure}", activity=writer.activity(finding)), number=False),
        Cell(f"{finding.cases:,}"),
        _eligible_cell(finding, writer),
        Cell(_where(finding), number=False),
    )


def _of_findings(
    diagnosis: Diagnosis,
    writer: Writer,
    key: str,
    kinds: tuple[Kind, ...],
    row: Callable[[Finding, Writer], tuple[Cell, ...]],
    columns: tuple[str, ...],
) -> Section:
    table = _table(diagnosis, writer, "", kinds, row, columns)
    return Section(key, writer.say(key), (), (table,))


def _table(
    diagnosis: Diagnosis,
    writer: Writer,
    heading: str,
    kinds: tuple[Kind, ...],
    row: Callable[[Finding, Writer], tuple[Cell, ...]],
    columns: tuple[str, ...],
    measure: str | None = None,
) -> Table:
    found = [finding for finding in diagnosis.findings(*kinds) if measure in (None, finding.measure)]
    rows = tuple(row(finding, writer) for finding in found[:MOST_ROWS])
    return Table(heading, writer.columns(*columns), rows, in_all=len(found))


# --- time limits, rework, people --------------------------------------------------------------------------------------


def _timeliness(diagnosis: Diagnosis, writer: Writer) -> Section:
    columns = ("limit", "late", "kept", "overrun", "open_overdue", "where")
    return _of_findings(diagnosis, writer, "timeliness", (Kind.LATE,), _limit_row, columns)


def _limit_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    unit = writer.say(str(evidence["limit_unit"]))
    name = writer.say(f"l_{finding.measure}", days=evidence["limit_days"], unit=unit)
    if finding.subject:
        name = f"{writer.activity(finding)}: {name}"
    if not evidence["confirmed"]:
        name += writer.say("to_be_confirmed")
    kept = _number(evidence["kept"])
    return (
        Cell(name, number=False),
        Cell(f"{finding.cases:,} / {evidence['eligible']:,}"),
        Cell(percent(kept), bar=kept),
        Cell(writer.time(evidence["median_overrun"])),
        Cell(f"{evidence['open_overdue']:,}" if "open_overdue" in evidence else "–"),
        Cell(_where(finding), number=False),
    )


def _rework(diagnosis: Diagnosis, writer: Writer) -> Section:
    repeats = (
        "activity",
        "repeats",
        "at_once",
        "cases",
        "share",
        "came_back_from",
        "extra_waiting",
        "extra_processing",
    )
    tables = (
        _table(diagnosis, writer, "", (Kind.REWORK,), _rework_row, repeats),
        _table(
            diagnosis,
            writer,
            writer.say("returns"),
            (Kind.RETURNED,),
            _return_row,
            ("activity", "returns", "cases", "of_outcomes"),
        ),
    )
    return Section("rework", writer.say("rework"), (), tuple(table for table in tables if table.rows))


def _rework_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    before = evidence["came_back_from"]
    names = (
        [writer.labels(str(b["activity"])) for b in before if isinstance(b, Mapping)]
        if isinstance(before, Sequence)
        else []
    )
    return (
        Cell(writer.subject(finding), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{evidence['at_once']:,}"),
        Cell(f"{finding.cases:,}"),
        _eligible_cell(finding, writer),
        Cell(", ".join(names), number=False),
        Cell(writer.time(evidence["extra_waiting"])),
        Cell(writer.time(evidence["extra_processing"])),
    )


def _return_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.subject(finding), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{finding.cases:,}"),
        _eligible_cell(finding, writer),
    )


def _activities(diagnosis: Diagnosis, writer: Writer) -> Section:
    times = sorted(diagnosis.performance.activities, key=lambda a: (-a.count, a.subject))
    rows = tuple(_activity_row(activity, writer) for activity in times[: 2 * MOST_ROWS])
    columns = ("activity", "times_done", "cases", "median_waiting", "median_processing", "between")
    return Section(
        "activities", writer.say("activities"), (), (Table("", writer.columns(*columns), rows, in_all=len(times)),)
    )


def _activity_row(activity: ActivityTimes, writer: Writer) -> tuple[Cell, ...]:
    samples = (activity.waiting, activity.processing, activity.between_completions)
    return (
        Cell(writer.labels(activity.subject[0]), number=False),
        Cell(f"{activity.count:,}"),
        Cell(f"{activity.cases:,}"),
        *(Cell(_median(sample, writer)) for sample in samples),
    )


def _median(sample: Times | None, writer: Writer) -> str:
    return writer.time(sample.median) if sample and sample.count >= ENOUGH else "–"


def _organisation(diagnosis: Diagnosis, writer: Writer) -> Section:
    columns = ("who", "pieces", "share", "cases", "officers", "utilisation", "median_waiting", "median_processing")
    work = [
        _table(diagnosis, writer, "", (Kind.WORKLOAD,), _workload_row, columns, measure)
        for measure in ("post", "officer")
    ]
    passing = [
        _table(
            diagnosis,
            writer,
            writer.say("handovers"),
            (Kind.HANDOVER,),
            _handover_row,
            ("handover", "times_done", "back", "share", "median_waiting"),
            m,
        )
        for m in ("office", "post", "officer")
    ]
    filled = tuple(table for table in (*work, *passing[:2], *passing[2:]) if table.rows)
    return Section("organisation", writer.say("organisation"), (), filled)


def _workload_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    evidence = finding.evidence
    return (
        Cell(finding.subject[0], number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(percent(finding.share), bar=finding.share),
        Cell(f"{finding.cases:,}"),
        Cell(f"{evidence['officers']:,}"),
        Cell(percent(_number(evidence["utilisation"]))),
        Cell(writer.time(evidence["median_waiting"])),
        Cell(writer.time(evidence["median_processing"])),
    )


def _handover_row(finding: Finding, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(" → ".join(finding.subject), number=False),
        Cell(f"{finding.value:,.0f}"),
        Cell(f"{finding.evidence['back']:,}"),
        Cell(percent(finding.share), bar=finding.share),
        Cell(writer.time(finding.evidence["median_waiting"])),
    )


# --- variants and notes -----------------------------------------------------------------------------------------------


def _variants(diagnosis: Diagnosis, writer: Writer) -> Section:
    rows = tuple(_variant_row(variant, writer) for variant in diagnosis.variants[:MOST_ROWS])
    columns = writer.columns("path", "cases", "share", "cumulative", "median_lead")
    return Section("variants", writer.say("variants"), (), (Table("", columns, rows, in_all=len(diagnosis.variants)),))


def _variant_row(variant: Variant, writer: Writer) -> tuple[Cell, ...]:
    names = [writer.labels(activity) for activity in variant.activities]
    shown = names if len(names) <= 14 else [*names[:9], "…", *names[-4:]]
    return (
        Cell(" → ".join(shown), number=False),
        Cell(f"{variant.cases:,}"),
        Cell(percent(variant.share), bar=variant.share),
        Cell(percent(variant.cumulative)),
        Cell(writer.time(variant.median_lead)),
    )


def _notes(diagnosis: Diagnosis, writer: Writer) -> Section:
    notes = [*diagnosis.notes, *(note for analysis in diagnosis.analyses.values() for note in analysis.notes)]
    sentences = list(dict.fromkeys(note_sentence(note, writer.language) for note in notes))
    if diagnosis.source:
        sentences.append(writer.say("source", source=diagnosis.source))
    return Section("notes", writer.say("notes"), tuple(sentences))


def note_sentence(note: Note, language: str) -> str:
    """The sentence of a note; lists are joined."""
    values = {name: ", ".join(map(str, v)) if isinstance(v, list | tuple) else v for name, v in note.values.items()}
    return say(language, f"note_{note.code}", **values)
