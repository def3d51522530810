"""Like with like: the difference of lead times between cases that were alike in what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from event_logs.log import EventLog
from mining.bootstrap import LEVEL
from mining.case_attributes import read_attributes
from mining.findings import ENOUGH

MOST_ATTRIBUTES, MOST_VALUES = 3, 12
DRAWS, RESAMPLED = 200, 2_000

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def traits(log: EventLog, cases: pd.DataFrame) -> pd.DataFrame:
    """What cases are matched on, by case_id: version, office, month of the first event (in the log's zone), and up to three
    attributes of the case that sort cases into few kinds (texts and truth values with 2 to 12 different ones; those with
    the fewest come first, because they leave the most cases to compare)."""
    month = cases["first_at"].dt.tz_localize("UTC").dt.tz_convert(log.zone).dt.strftime("%Y-%m")
    known = pd.DataFrame({"version": cases["version"], "office": cases["office"], "month": month})
    kinds = _kinds(log, pd.Index(cases["case_id"])).reset_index(drop=True)
    return pd.concat([known.reset_index(drop=True), kinds], axis=1).set_index(
        pd.Index(cases["case_id"], name="case_id")
    )


def _kinds(log: EventLog, cases: pd.Index[str]) -> pd.DataFrame:
    told = log.cases.select("case_id", "attributes").to_pandas().set_index("case_id")["attributes"]
    read = {text: read_attributes(text) for text in told.dropna().unique()}
    records = [read.get(text, {}) for text in told.reindex(cases)]
    names = sorted({name for record in read.values() for name in record} - {"office", "version"})
    columns = {name: [record.get(name) for record in records] for name in names}
    sizes = {name: len(set(values)) for name, values in columns.items() if all(map(_sorts, values))}
    chosen = sorted((size, name) for name, size in sizes.items() if 2 <= size <= MOST_VALUES)[:MOST_ATTRIBUTES]
    return pd.DataFrame({name: pd.Series(columns[name], dtype=object) for _, name in chosen}, index=range(len(cases)))


def _sorts(value: object) -> bool:
    return value is None or isinstance(value, (str, bool))


def strata(rows: pd.DataFrame) -> Codes:
    """A number for each row of `traits`, the same for rows that are alike in all; what is unknown is a value of its own."""
    if rows.empty or not len(rows.columns):
        return np.zeros(len(rows), np.int64)
    numbers = rows.groupby(list(rows.columns), dropna=False, sort=False, observed=True).ngroup()
    return np.asarray(numbers, dtype=np.int64)


@dataclass(frozen=True)
class Matched:
    """`cases` with it have a like among `others` without it. `difference` of medians and its 95 % interval are None where
    fewer than 20 of either are left: then it cannot be told."""

    cases: int
    others: int
    difference: float | None = None
    interval: tuple[float, float] | None = None


def matched_difference(values: Numbers, with_it: Mask, stratum: Codes, *, seed: int) -> Matched:
    """The median with it, minus the median of those without it weighted so that they are the same mix of strata.

    Exact matching with the weights of Iacus, King and Porro (Political Analysis 20, 2012); strata without a counterpart are
    left out. The interval is the percentile bootstrap by case, weights anew in each draw; beyond 2,000 cases resamples have
    that size and the spread is scaled by the square root of the ratio.
    """
    size = int(stratum.max()) + 1 if len(stratum) else 0
    both = (np.bincount(stratum[with_it], minlength=size) > 0) & (np.bincount(stratum[~with_it], minlength=size) > 0)
    kept = np.flatnonzero(both[stratum]) if size else np.empty(0, np.int64)
    kept = kept[np.argsort(values[kept], kind="stable")]
    value, treated = values[kept], with_it[kept]
    code = np.unique(stratum[kept], return_inverse=True)[1].astype(np.int64)
    cases, others = int(treated.sum()), int((~treated).sum())
    if min(cases, others) < ENOUGH:
        return Matched(cases, others)
    [difference] = _differences(value, treated, code, np.arange(len(value))[None, :])
    random, drawn = np.random.default_rng(seed), min(len(value), RESAMPLED)
    picks = np.sort(random.integers(0, len(value), (DRAWS, drawn), dtype=np.int32), axis=1)
    spread = (_differences(value, treated, code, picks) - difference) * np.sqrt(drawn / len(value))
    low, high = np.nanquantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Matched(cases, others, float(difference), (float(difference + low), float(difference + high)))


def _differences(value: Numbers, treated: Mask, code: Codes, picks: npt.NDArray[np.integer]) -> Numbers:
    """The weighted difference of medians in each draw: rows of ascending indexes into the values, which are sorted."""
    draws, size = picks.shape[0], int(code.max()) + 1
    cell = (np.arange(draws)[:, None] * size + code[picks]).ravel()
    mine = treated[picks]
    hits = np.bincount(cell, weights=mine.ravel(), minlength=draws * size)
    others = np.bincount(cell, minlength=draws * size) - hits
    ratio = np.divide(hits, others, out=np.zeros_like(hits), where=others > 0)
    weight_of_others = ratio[cell].reshape(picks.shape) * ~mine
    weight_of_mine = (others > 0)[cell].reshape(picks.shape) * mine
    return _medians(value[picks], weight_of_mine) - _medians(value[picks], weight_of_others)


def _medians(value: Numbers, weight: npt.NDArray[np.number]) -> Numbers:
    """The weighted median of each row of ascending values, midway where two share it; nan without weight."""
    reached = np.cumsum(weight, axis=1, dtype=np.float64)
    half = reached[:, -1:] / 2
    close = np.maximum(half, 1) * 1e-9
    rows = np.arange(len(value))
    lower = value[rows, np.argmax(reached >= half - close, axis=1)]
    upper = value[rows, np.argmax(reached > half + close, axis=1)]
    return np.where(half[:, 0] > 0, (lower + upper) / 2, np.nan)
