"""What may explain: the traits of cases, each a value of an attribute that some cases have and others have not.

Everything here is chosen without a look at what is to be explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.case_attributes import case_attributes
from mining.findings import ENOUGH
from mining.performance import is_open
from mining.reading import Reading
from mining.work import UNKNOWN, Words, Work

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

MOST_VALUES = 12  # of an attribute that are looked at, the most frequent first
BINS = 4  # of a number, with about as many cases in each
OFFICE, OFFICER, MONTH, WEEKDAY, LOAD, VERSION, ACTIVITY = (
    "@office", "@officer", "@month", "@weekday", "@load", "@version", "@activity",
)  # fmt: skip
ALONG_THE_WAY = frozenset({OFFICER, ACTIVITY})  # what a case has only once it has come so far


@dataclass(frozen=True)
class Trait:
    """`has` says of each case whether it has the value, `known` of which that is known.

    `same_as` are the other traits that exactly the same cases have (or exactly those have not): the log cannot tell them apart.
    """

    attribute: str
    value: str
    has: Flags
    known: Flags
    same_as: tuple[tuple[str, str], ...] = field(default=())

    @property
    def name(self) -> tuple[str, str]:
        return self.attribute, self.value

    @property
    def along_the_way(self) -> bool:
        """Whether a case comes by it only while it runs, so that it can be asked of finished cases alone."""
        return self.attribute in ALONG_THE_WAY


def traits_of(shared: Reading) -> tuple[Trait, ...]:
    """Of the cases of a log: their own attributes, office, version, arrival, load, officers and activities.

    A trait is looked at where at least 20 cases have it and 20 have it not. Numbers are cut at their quartiles.
    """
    found = [*_own(shared), *_arrival(shared), *_along_the_way(shared.work)]
    return tuple(trait for trait in found if _enough(trait))


def _enough(trait: Trait) -> bool:
    having = int((trait.has & trait.known).sum())
    return min(having, int(trait.known.sum()) - having) >= ENOUGH


def told_once(found: Iterable[Trait]) -> Iterator[Trait]:
    """One of those that divide the cases in the same way, the first by name, with the names of the others."""
    groups: dict[bytes, list[Trait]] = {}
    for trait in sorted(found, key=lambda trait: trait.name):
        groups.setdefault(_division(trait), []).append(trait)
    for first, *others in groups.values():
        yield Trait(first.attribute, first.value, first.has, first.known, tuple(other.name for other in others))


def _division(trait: Trait) -> bytes:
    """The same for a trait and for its opposite, so that a yes and its no are one look."""
    has = trait.has & trait.known
    other = ~trait.has & trait.known
    one, two = sorted((np.packbits(has).tobytes(), np.packbits(other).tobytes()))
    return bytes([trait.along_the_way]) + one + two


# --- what was known when the case arrived ----------------------------------------------------------------------------


def _own(shared: Reading) -> Iterator[Trait]:
    known = case_attributes(shared.log)
    rows = [known.get(case, {}) for case in shared.cases["case_id"]]
    for name in sorted({name for row in rows for name in row}):
        yield from of_values(name, [row.get(name) for row in rows])


def of_values(attribute: str, values: Sequence[Any]) -> Iterator[Trait]:
    """The traits of one attribute with a value, or None, for each case: bins of numbers, else its frequent values."""
    numbers = as_numbers(values)
    if numbers is not None:
        yield from _bins(attribute, numbers)
        return
    texts = [_text(value) for value in values]
    counts = Counter(text for text in texts if text is not None)
    frequent = sorted(counts, key=lambda text: (-counts[text], text))[:MOST_VALUES]
    codes = np.array([text if text is not None else "" for text in texts], dtype=object)
    known = np.array([text is not None for text in texts], dtype=np.bool_)
    for text in frequent:
        yield Trait(attribute, text, known & (codes == text), known)


def as_numbers(values: Sequence[Any]) -> npt.NDArray[np.float64] | None:
    """The values as numbers (durations in seconds), NaN where there is none; None if any is none or all are of few kinds.

    Text that reads as a number is one: many logs write amounts so.
    """
    numbers = np.array([_number(value) for value in values], dtype=np.float64)
    present = np.array([value is not None for value in values], dtype=np.bool_)
    strange = present & np.isnan(numbers)
    return None if strange.any() or len(np.unique(numbers[present])) <= BINS else numbers


def _number(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        return np.nan
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float | Decimal):
        return float(value)
    try:
        return float(Decimal(value)) if isinstance(value, str) else np.nan
    except InvalidOperation:
        return np.nan


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float | Decimal) else None


def _bins(attribute: str, numbers: npt.NDArray[np.float64]) -> Iterator[Trait]:
    known = ~np.isnan(numbers)
    cuts = np.unique(np.quantile(numbers[known], np.arange(1, BINS) / BINS, method="inverted_cdf"))
    edges = [-np.inf, *cuts[cuts < numbers[known].max()], np.inf]
    for low, high in pairwise(edges):
        yield Trait(attribute, _range(low, high), known & (numbers > low) & (numbers <= high), known)


def _range(low: float, high: float) -> str:
    if low == -np.inf:
        return f"≤ {high:,.10g}"
    return f"> {low:,.10g}" if high == np.inf else f"{low:,.10g} – {high:,.10g}"


def _arrival(shared: Reading) -> Iterator[Trait]:
    cases = shared.cases
    at = pd.to_datetime(cases["first_at"], utc=True).dt.tz_convert(shared.log.zone)
    yield from of_values(OFFICE, _texts(cases["office"]))
    yield from of_values(VERSION, [None if pd.isna(v) else f"{int(v)}" for v in cases["version"]])
    yield from of_values(MONTH, list(at.dt.strftime("%Y-%m")))
    yield from of_values(WEEKDAY, [f"{day + 1}" for day in at.dt.day_of_week.tolist()])
    yield from of_values(LOAD, load_at_arrival(cases).tolist())


def _texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in column]


def load_at_arrival(cases: pd.DataFrame) -> Codes:
    """How many of the cases had arrived before each one and were not over yet."""
    first, last = (cases[name].to_numpy("datetime64[us]") for name in ("first_at", "last_at"))
    ended = np.sort(last[~is_open(cases).to_numpy()])
    arrived, over = (np.searchsorted(moments, first, side="left") for moments in (np.sort(first), ended))
    load: Codes = (arrived - over).astype(np.int64)
    return load


def month_codes(shared: Reading) -> Codes:
    """Months since the first of the log in the zone of the office, of each case's arrival."""
    at = pd.to_datetime(shared.cases["first_at"], utc=True).dt.tz_convert(shared.log.zone)
    months = (at.dt.year * 12 + at.dt.month).to_numpy(np.int64)
    since: Codes = months - months.min()
    return since


# --- what a case has only while it runs ------------------------------------------------------------------------------


def _along_the_way(work: Work) -> Iterator[Trait]:
    yield from _took_part(OFFICER, work, work.officer)
    yield from _took_part(ACTIVITY, work, work.activity)


def _took_part(attribute: str, work: Work, words: Words) -> Iterator[Trait]:
    """Cases in which the officer did something or the activity was done, of the most frequent."""
    everybody = np.ones(len(work.cases), np.bool_)
    known = words.codes != UNKNOWN
    pairs = np.unique(np.stack([words.codes[known], work.case[known]]), axis=1)
    counts = np.bincount(pairs[0], minlength=len(words.names))
    looked_at = [code for code in range(len(words.names)) if ENOUGH <= counts[code] <= len(everybody) - ENOUGH]
    for code in sorted(looked_at, key=lambda code: (-counts[code], words.names[code]))[:MOST_VALUES]:
        has = np.zeros(len(everybody), np.bool_)
        has[pairs[1][pairs[0] == code]] = True
        yield Trait(attribute, words.names[code], has, everybody)
