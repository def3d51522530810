"""Waiting per activity and per hand-over, summed up over the performed work without loading it: the bottlenecks of any log, at once.

What counts as waiting is what `mining.waiting` says, without the working time and without what a model knows of work side by side
(recorded enablement needs no model). Quantiles are exact. Intervals are those of a total over cases drawn with replacement: with
x the delay of a case and n cases, the variance of the resampled total is Σx² - (Σx)²/n, which is what the bootstrap by case
(`mining.bootstrap`) approaches, and the cluster-robust variance of survey sampling (Cochran 1977, chapter 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import ibis
from ibis import _

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from event_logs.performed import performed
from event_logs.spans import microseconds
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.shares import Z95
from mining.steps import in_seconds
from mining.work import UNKNOWN, Cause, cause_by_model

Models = Mapping[int | None, ProcessModel]
_ACTIVITY, _HANDOVER = ("activity",), ("enabled_by", "activity")
_KINDS = {
    Kind.WAITING_ACTIVITY: ("inside", _ACTIVITY),
    Kind.WAITING_HANDOVER: ("inside", _HANDOVER),
    Kind.WAITING_OUTSIDE: ("outside", _ACTIVITY),
    Kind.ELAPSED_ACTIVITY: ("elapsed", _ACTIVITY),
    Kind.ELAPSED_HANDOVER: ("elapsed", _HANDOVER),
}
_EXACT = "decimal(38, 0)"  # squares of microseconds are added exactly, so that the sum does not depend on the order


def bottlenecks(log: EventLog, models: Models | None = None) -> tuple[Finding, ...]:
    """Activities and hand-overs by total delay, as `mining.waiting.bottlenecks` ranks them; seconds, over all cases of the log.

    `models` are the versions that the cases ran on (or one for all, under None); they say which activities wait for whom.
    """
    rows = _delayed(log, models or {})
    by = _figures(rows)
    cases = _cases(log)
    totals: dict[str, int] = {}
    for row in by[_ACTIVITY]:
        totals[row["waits"]] = totals.get(row["waits"], 0) + row["total"]
    waiting = totals.get("inside", 0) + totals.get("outside", 0)
    found: list[Finding] = []
    for kind, (waits, columns) in _KINDS.items():
        everything = totals.get("elapsed", 0) if waits == "elapsed" else waiting
        told = [row for row in by[columns] if row["waits"] == waits and row["most"]]
        told = [row for row in told if None not in [row[name] for name in columns]]
        found += ranked(_finding(kind, columns, row, cases=cases, everything=everything) for row in told)
    return tuple(found)


def _cases(log: EventLog) -> int:
    kept = log.kept_courses()
    return int(log.events.case_id.nunique().execute() if kept is None else kept.count().execute())


def _delayed(log: EventLog, models: Models) -> ibis.Table:
    """case_no, activity, enabled_by, times, recorded, waits (for whom) and delay (microseconds) of all work that is known to have waited."""
    table = performed(log)
    done = table.filter(table.ordinal.notnull())
    since = ibis.coalesce(ibis.greatest(microseconds(done.scheduled, done.completed), 0), done.elapsed_us)
    unsplit = ibis.ifelse(done.scheduled.notnull(), since, done.elapsed_us)
    done = done.mutate(
        recorded=done.scheduled.notnull(),
        waits=ibis.cases((done.started.notnull(), "inside"), (done.waiting_us.notnull(), "outside"), else_="elapsed"),
        delay=ibis.ifelse(done.started.notnull() | done.waiting_us.notnull(), done.waiting_us, unsplit),
    )
    if models:
        done = _with_causes(done, models)
    rows = done.select(
        "case_no", "activity", "enabled_by", "times", "recorded", "waits", delay=done.delay.cast("int64")
    )
    return rows.filter(rows.waits.notnull() & rows.delay.notnull())


def _with_causes(done: ibis.Table, models: Models) -> ibis.Table:
    """With what the models say of whom the activities wait for, where they say anything."""
    said = ibis.memtable(_said(done, models), schema={"of_version": "int64", "activity": "string", "said": "int64"})
    known = done.mutate(of_version=done.version.fill_null(UNKNOWN)).left_join(said, ["of_version", "activity"])
    outside = known.said.isin([Cause.OUTSIDE.value, Cause.DATE.value])
    engine = (known.said == Cause.ENGINE.value) & (known.waits == "outside")
    nothing = known.said == Cause.NOTHING.value
    return known.mutate(
        waits=ibis.cases((nothing, ibis.null("string")), (outside, "outside"), (engine, "inside"), else_=known.waits),
        delay=ibis.ifelse(outside.fill_null(False), ibis.coalesce(known.waiting_us, known.elapsed_us), known.delay),
    )


def _said(done: ibis.Table, models: Models) -> list[dict[str, Any]]:
    told = []
    for pair in done.select("version", "activity").distinct().to_pyarrow().to_pylist():
        model = models.get(pair["version"], models.get(None))
        cause = UNKNOWN if model is None else cause_by_model(model, pair["activity"])
        if cause != UNKNOWN:
            version = UNKNOWN if pair["version"] is None else pair["version"]
            told.append({"of_version": version, "activity": pair["activity"], "said": int(cause)})
    return told


def _figures(rows: ibis.Table) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """By activity and by hand-over, and by whom they wait for: pieces, again (of them those that are not the first of their case),
    recorded, total, most, quantiles and squares (Σx² over cases).
    """
    found: dict[tuple[str, ...], dict[Any, dict[str, Any]]] = {
        _ACTIVITY: _by_key(_quantiles(rows, _ACTIVITY), _ACTIVITY),
        _HANDOVER: _by_key(_summed(rows), _HANDOVER),
    }
    for row in found[_HANDOVER].values():
        _add(found[_ACTIVITY][row["waits"], row["activity"]], row)
    for columns, known in found.items():
        for key, row in _by_key(_repeated(rows, columns), columns).items():
            known[key]["again"] = int(row["again"])
            known[key]["squares"] += row["squares"]
    return {columns: list(known.values()) for columns, known in found.items()}


def _by_key(table: ibis.Table, columns: Sequence[str]) -> dict[Any, dict[str, Any]]:
    return {tuple(row[name] for name in ("waits", *columns)): row for row in table.to_pyarrow().to_pylist()}


def _add(whole: dict[str, Any], part: Mapping[str, Any]) -> None:
    for name in ("pieces", "recorded", "total", "squares"):
        whole[name] = whole.get(name, 0) + part[name]
    whole["most"] = max(whole.get("most", 0), part["most"])


def _quantiles(rows: ibis.Table, columns: Sequence[str]) -> ibis.Table:
    return rows.group_by(["waits", *columns]).aggregate(quantiles=in_seconds(rows.delay).quantile([0.5, 0.9]))


def _summed(rows: ibis.Table) -> ibis.Table:
    exact = rows.delay.cast(_EXACT)
    return rows.group_by(["waits", *_HANDOVER]).aggregate(
        pieces=rows.count(),
        recorded=rows.recorded.cast("int64").sum(),
        total=rows.delay.sum().cast("int64"),
        most=rows.delay.max(),
        quantiles=in_seconds(rows.delay).quantile([0.5, 0.9]),
        squares=(exact * exact).sum(),
    )


def _repeated(rows: ibis.Table, columns: Sequence[str]) -> ibis.Table:
    """What the cases add that do an activity more than once: their pieces beyond the first, and what the square of a sum has over the sum of squares."""
    key = ["waits", *columns]
    some = rows.filter(rows.times > 1)
    exact = some.delay.cast(_EXACT)
    cases = some.group_by(["case_no", *key]).aggregate(
        pieces=some.count(), together=some.delay.sum().cast(_EXACT), apart=(exact * exact).sum().cast(_EXACT)
    )
    return cases.group_by(key).aggregate(again=(_.pieces - 1).sum(), squares=(_.together * _.together - _.apart).sum())


def _finding(kind: Kind, columns: Sequence[str], row: Mapping[str, Any], *, cases: int, everything: int) -> Finding:
    total, pieces = row["total"], row["pieces"]
    own = pieces - row.get("again", 0)
    spread = Z95 * sqrt(max(float(row["squares"] - total * total // cases), 0.0))
    evidence: dict[str, Evidence] = {
        "pieces": pieces,
        "cases_of_all": own / cases,
        "median": row["quantiles"][0],
        "mean": total / pieces / 1e6,
        "p90": row["quantiles"][1],
        "enablement_recorded": row["recorded"] / pieces,
        "share_of": "elapsed" if row["waits"] == "elapsed" else "waiting",
    }
    return Finding(
        kind=kind,
        subject=tuple(row[name] for name in columns),
        measure="total_delay",
        value=total / 1e6,
        unit="seconds",
        share=total / everything if everything else None,
        cases=own,
        interval=(max(total - spread, 0.0) / 1e6, (total + spread) / 1e6),
        insufficient=own < ENOUGH,
        evidence=evidence,
    )
