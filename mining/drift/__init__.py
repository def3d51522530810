"""Drift: since when cases take other ways, or take longer, and which steps changed most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.drift.change_points import ChangePoint, change_points
from mining.drift.features import Feature, Trait, centred, flow_features, time_features
from mining.findings import ENOUGH
from mining.performance import is_open
from mining.reading import Reading

__all__ = ["LEVEL", "Changed", "Drift", "Trait", "drifts"]

LEVEL = 0.05  # the share of logs without any change of which one is told nevertheless
SHOWN = 8
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Changed:
    """A trait before and after: a share of the cases, or a median in seconds of the cases that have it, None where none has."""

    trait: Trait
    subject: tuple[str, ...]
    before: float | None
    after: float | None
    strength: float  # the standardised CUSUM; its sign says whether it grew


@dataclass(frozen=True)
class Drift:
    """Cases that began at `at` or later are another kind of work; the date lies between `low` and `high` with 95 %.

    Several changes on end of which each goes on where the last one went are one gradual drift, from `at` until `until`.
    `family` is `flow` or `times`; `p` the probability of such a change by chance, over all features and places together; `before` and
    `after` count the cases on both sides, up to the next drift. `changed` are the traits beyond chance, the strongest first.
    """

    family: str
    at: datetime
    until: datetime | None
    low: datetime
    high: datetime
    p: float
    before: int
    after: int
    changed: tuple[Changed, ...]


@dataclass(frozen=True)
class Drifts:
    """The drifts by date; `cases` were looked at, `left_out` not: open ones, and those begun when others had no time to end."""

    drifts: tuple[Drift, ...]
    cases: int
    left_out: int


def drifts(reading: Reading, *, level: float = LEVEL) -> Drifts:
    """Every drift of a log in the order of its cases' beginnings; half of `level` goes to the ways, half to the times."""
    chosen = _comparable(reading.cases)
    left_out = len(reading.cases) - len(chosen)
    if len(chosen) < 4 * ENOUGH:
        return Drifts((), len(chosen), left_out)
    begun = reading.cases["first_at"].to_numpy("datetime64[us]")[chosen]
    lead = (reading.cases["last_at"] - reading.cases["first_at"]).to_numpy("timedelta64[us]").astype(np.int64) / 1e6
    families = {"flow": flow_features(reading.work), "times": time_features(reading.work, lead)}
    found = [
        drift
        for family, features in families.items()
        for drift in _of_family(family, [_only(f, chosen) for f in features], begun, level / 2, reading.seed)
    ]
    return Drifts(tuple(sorted(found, key=lambda drift: (drift.at, drift.family))), len(chosen), left_out)


def _comparable(cases: pd.DataFrame) -> Numbers:
    """The rows of the cases to look at, by their beginning.

    Of the cases begun last only the quick ones have ended: where cases are open, or nobody says, those begun within the time that
    nine in ten need before the end are left out, unless too few would be left.
    """
    first, last = (cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    order = np.lexsort((cases["case_id"].astype(str), first))
    going = is_open(cases).to_numpy()
    if going.any() or cases["closed"].isna().all():
        longest = np.quantile((last - first)[~going].astype(np.int64), 0.9) if (~going).any() else 0
        early = first <= last.max() - np.timedelta64(int(longest), "us")
        if early.sum() >= len(cases) / 2:
            order = order[early[order]]
    kept: Numbers = order[~going[order]]
    return kept


def _only(feature: Feature, chosen: Numbers) -> Feature:
    return Feature(feature.trait, feature.subject, feature.values[chosen])


def _of_family(
    family: str, features: list[Feature], begun: npt.NDArray[np.datetime64], level: float, seed: int
) -> Iterator[Drift]:
    if not features:
        return
    points = change_points(np.stack([centred(f) for f in features], axis=1), level=level, seed=seed)
    groups = _gradual(points)
    edges = [(0, 0), *((group[0].at, group[-1].at) for group in groups), (len(begun), len(begun))]
    for n, group in enumerate(groups, start=1):
        first, last = group[0], group[-1]
        before, after = slice(edges[n - 1][1], first.at), slice(last.at, edges[n + 1][0])
        yield Drift(
            family=family,
            at=_moment(begun[first.at]),
            until=_moment(begun[last.at]) if len(group) > 1 else None,
            low=_moment(begun[first.low]),
            high=_moment(begun[min(last.high, len(begun) - 1)]),
            p=max(point.p for point in group),
            before=before.stop - before.start,
            after=after.stop - after.start,
            changed=tuple(_changed(max(group, key=_strength), features, before, after)),
        )


def _gradual(points: list[ChangePoint]) -> list[list[ChangePoint]]:
    """Change points on end in which a feature moves beyond chance the same way are one group."""
    groups: list[list[ChangePoint]] = []
    for point in points:
        if groups and _moves(groups[-1][-1]) & _moves(point):
            groups[-1].append(point)
        else:
            groups.append([point])
    return groups


def _moves(point: ChangePoint) -> set[tuple[int, bool]]:
    """The features beyond chance, each with whether it grew."""
    return {(at, bool(point.strength[at] < 0)) for at in _beyond(point)}


def _beyond(point: ChangePoint) -> list[int]:
    """The features that changed more than chance would, the strongest first; that one at least."""
    order: list[int] = np.argsort(-np.abs(point.strength), kind="stable").tolist()
    return [at for at in order if abs(point.strength[at]) > point.critical] or order[:1]


def _strength(point: ChangePoint) -> float:
    return float(np.abs(point.strength).max())


def _changed(point: ChangePoint, features: list[Feature], before: slice, after: slice) -> Iterator[Changed]:
    for at in _beyond(point)[:SHOWN]:
        feature = features[at]
        middle = _median if feature.is_time else _share
        one, other = middle(feature.values[before]), middle(feature.values[after])
        # The cumulative sum before the change is negative where the trait grew.
        yield Changed(feature.trait, feature.subject, one, other, -float(point.strength[at]))


def _share(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean())


def _median(values: npt.NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _moment(at: np.datetime64) -> datetime:
    return pd.Timestamp(at).to_pydatetime().replace(tzinfo=UTC)
