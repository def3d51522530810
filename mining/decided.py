"""Cases about which a person decided: put on another version while they ran, or moved past steps. They are compared one by one.

A step is held against the version under which it was done: the first steps as the beginning of a case of the old version, the
whole path against the new one, of which only what came after the change counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import ibis
import pandas as pd

from event_logs import typed_json
from event_logs.event import Lifecycle
from event_logs.log import EventLog
from mining.alignment import Alignment, Move, Side, Trace, align
from mining.deviations import Deviation, Word, deviations
from mining.recorded_net import RecordedNet


@dataclass(frozen=True, slots=True)
class Stretch:
    """`end` steps of the path were done when it was over; `stood_at` is where the case stood when it began, if it is known."""

    version: int | None
    end: int
    stood_at: str | None = None


STOPPED_SINCE = "clock_stopped_since"  # on the fact with which the statutory clock goes on
Stretches: TypeAlias = tuple[Stretch, ...]


def with_decisions(cases: pd.DataFrame, log: EventLog, rows: ibis.Table) -> pd.DataFrame:
    """The cases with `stretches` (Stretches) and `passed_over` (a frozenset of activities), both None for all others."""
    skipped = log.events.filter(log.events.lifecycle == Lifecycle.SKIP.value).select("case_id", "activity")
    passed = skipped.distinct().to_pandas().groupby("case_id")["activity"].agg(frozenset)
    by_version = rows.group_by("case_id").aggregate(versions=rows.version.nunique())
    several = rows.semi_join(by_version.filter(by_version.versions > 1), "case_id")
    steps = several.order_by(["case_id", "at", "position"]).select("case_id", "version").to_pandas()
    changes = log.events.filter(log.events.lifecycle == Lifecycle.MIGRATE.value)
    stood = {(e.case_id, e.version): e.activity for e in changes.order_by("position").to_pandas().itertuples()}
    stretches = {case: _stretches(case, list(group["version"]), stood) for case, group in steps.groupby("case_id")}
    found = cases.copy()
    found["stretches"] = pd.Series([stretches.get(case) for case in cases["case_id"]], index=cases.index, dtype=object)
    found["passed_over"] = pd.Series([passed.get(case) for case in cases["case_id"]], index=cases.index, dtype=object)
    for case, versions in stretches.items():  # a case belongs to the version on which it is or ended
        found.loc[found["case_id"] == case, "version"] = versions[-1].version
    return found


def with_clock_stops(cases: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    """The cases with `clock_stops`: the spans (aware datetimes) in which their statutory clock stood still, None without any."""
    told = log.events.filter(log.events.attributes.contains(STOPPED_SINCE)).select("case_id", "at", "attributes")
    stops: dict[str, list[tuple[datetime, datetime]]] = {}
    for fact in told.order_by(["case_id", "at"]).to_pandas().itertuples():
        since = typed_json.loads(str(fact.attributes)).get(STOPPED_SINCE)
        if isinstance(since, datetime):
            stops.setdefault(str(fact.case_id), []).append((since, pd.Timestamp(fact.at).to_pydatetime()))
    spans = [tuple(stops[case]) if case in stops else None for case in cases["case_id"]]
    return cases.assign(clock_stops=pd.Series(spans, index=cases.index, dtype=object))


def _stretches(case: str, versions: list[int], stood: Mapping[tuple[str, int], str]) -> Stretches:
    ends = [n for n in range(1, len(versions)) if versions[n] != versions[n - 1]]
    by_end = [(int(versions[end - 1]), end) for end in (*ends, len(versions))]
    return tuple(
        Stretch(version, end, stood.get((case, version)) if at else None) for at, (version, end) in enumerate(by_end)
    )


def is_decided(cases: pd.DataFrame) -> pd.Series[bool]:
    """Which rows have to be compared one by one."""
    found: pd.Series[bool] = cases["stretches"].notna() | cases["passed_over"].notna()
    return found


@dataclass(frozen=True)
class Compared:
    """One path: its deviations, those by decision among them, and what the last version had on the way."""

    cost: int
    deviations: tuple[Deviation, ...]
    expected: frozenset[str]
    done: frozenset[str]
    worst: int  # the cost if log and last version had nothing in common


def compared(
    path: Trace,
    stretches: Stretches,
    passed_over: frozenset[str],
    nets: Callable[[int | None], RecordedNet | None],
    *,
    unfinished: bool,
) -> Compared | None:
    """Hold each stretch against its version; None where one has no model, or no alignment was found within the limits."""
    cost, begun, worst = 0, 0, 0
    found: list[Deviation] = []
    alignment: Alignment | None = None
    for at, stretch in enumerate(stretches):
        net = nets(stretch.version)
        if net is None:
            return None
        steps = net.comparable(path[: stretch.end])
        aligned = align(net.net, [steps], prefixes=unfinished or at < len(stretches) - 1)
        alignment = aligned.alignments[0]
        if alignment is None:
            return None
        own = (
            tuple(_after(alignment, len(net.comparable(path[:begun])), stretch.stood_at)) if begun else alignment.moves
        )
        cost += sum(move.side is not Side.BOTH for move in own)
        found += deviations(Alignment(0, own), net.known)
        begun, worst = stretch.end, len(steps) + aligned.shortest
    moves = alignment.moves if alignment else ()
    return Compared(
        cost=cost,
        deviations=tuple(_by_decision(deviation, passed_over) for deviation in found),
        expected=frozenset(move.activity for move in moves if move.side is not Side.LOG),
        done=frozenset(move.activity for move in moves if move.side is not Side.MODEL),
        worst=worst,
    )


def _after(alignment: Alignment, steps: int, stood_at: str | None) -> Iterator[Move]:
    """The moves after so many steps of the log; what only the model does before the place where the case stood is behind it."""
    seen, begun = 0, False
    for move in alignment.moves:
        begun |= seen >= steps and (stood_at in (None, move.activity) or move.side is not Side.MODEL)
        if begun:
            yield move
        seen += move.side is not Side.MODEL


def _by_decision(deviation: Deviation, passed_over: frozenset[str]) -> Deviation:
    decided = deviation.word is Word.SKIPPED and deviation.activity in passed_over
    return Deviation(Word.BYPASSED, deviation.activity, deviation.after) if decided else deviation
