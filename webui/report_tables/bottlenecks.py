"""Where cases wait, where lead time goes, and the times of each activity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mining.diagnosis import Diagnosis
from mining.findings import ENOUGH, Finding, Kind
from mining.performance import ActivityTimes, Times
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent

DELAYS = (
    Kind.WAITING_ACTIVITY,
    Kind.WAITING_HANDOVER,
    Kind.WAITING_OUTSIDE,
    Kind.ELAPSED_ACTIVITY,
    Kind.ELAPSED_HANDOVER,
)
_DELAY_COLUMNS = ("share", "total", "interval", "cases", "median", "p90", "working_total", "working_median")


_NARROW = (0, 1, 2, 3, 5, 6, 9)


def bottlenecks(diagnosis: Diagnosis, writer: Writer) -> Section:
    tables = []
    for kind in DELAYS:
        found = diagnosis.findings(kind)
        first = "handover" if len(found) and len(found[0].subject) == 2 else "activity"
        more = tuple(column for column, known in _MORE.items() if any(map(known, found)))
        rows = tuple(
            (*_delay_row(f, writer), *(_more(f, column, writer) for column in more)) for f in found[:MOST_ROWS]
        )
        columns = writer.columns("rank", first, *_DELAY_COLUMNS, *more)
        narrow = (*_NARROW, *range(2 + len(_DELAY_COLUMNS), len(columns)))
        tables.append(Table(writer.say(kind.value), columns, rows, in_all=len(found), narrow=narrow))
    filled = tuple(table for table in tables if table.rows)
    return Section("bottlenecks", writer.say("bottlenecks"), tuple(_told(diagnosis, writer)) if filled else (), filled)


def _told(diagnosis: Diagnosis, writer: Writer) -> Iterator[str]:
    yield writer.say("interval_note")
    found = diagnosis.findings(*DELAYS)
    if any(map(_MORE["still_waiting"], found)):
        yield writer.say("still_waiting_note")
    if currency := next((f.evidence["currency"] for f in found if f.evidence.get("currency")), None):
        yield writer.say("cost_note", currency=currency)


# Columns that stand only where a finding has something for them.
_MORE: Mapping[str, Callable[[Finding], bool]] = {
    "still_waiting": lambda finding: bool(finding.evidence.get("still_waiting")),
    "waiting_cost": lambda finding: finding.evidence.get("waiting_cost") is not None,
    "processing_cost": lambda finding: finding.evidence.get("processing_cost") is not None,
}


def _more(finding: Finding, column: str, writer: Writer) -> Cell:
    known = finding.evidence.get(column)
    if not known:
        return Cell("–")
    return Cell(
        f"{known} · {writer.time(finding.evidence['waited_so_far'])}" if column == "still_waiting" else str(known)
    )


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


def critical_path(diagnosis: Diagnosis, writer: Writer) -> Section:
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


def activities(diagnosis: Diagnosis, writer: Writer) -> Section:
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
