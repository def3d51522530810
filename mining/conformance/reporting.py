"""From compared paths to findings: which deviations, of how many eligible cases, where, after what, and at what cost of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.bootstrap import median_difference
from mining.conformance.comparing import ComparedCases, ComparedPath
from mining.deviations import Word
from mining.findings import ENOUGH, Evidence, Finding, Kind, ranked
from mining.matching import matched_difference, strata
from mining.shares import wilson
from mining.timeliness import by_office

PRICED = 60  # deviations whose effect on lead time is worked out; those of more cases come first

Key = tuple[Word, str]
Mask = npt.NDArray[np.bool_]


def findings(found: ComparedCases, traits: pd.DataFrame | None, seed: int) -> tuple[Finding, ...]:
    """The deviations, those of most cases first; `traits` are what cases are matched on, by case."""
    counts = {key: _case_mask(found, key) for key in _keys(found.paths)}
    by_weight = sorted(counts, key=lambda key: (-int(counts[key].sum()), key))
    times = _Times.of(found.rows, traits, seed) if counts else None
    return ranked(_finding(found, key, counts[key], times if n < PRICED else None) for n, key in enumerate(by_weight))


def _keys(paths: tuple[ComparedPath, ...]) -> set[Key]:
    return {(deviation.word, deviation.activity) for path in paths for deviation in path.deviations}


def _case_mask(found: ComparedCases, key: Key) -> Mask:
    has = np.array([any((d.word, d.activity) == key for d in path.deviations) for path in found.paths], dtype=np.bool_)
    return has[found.path]


def _eligible(found: ComparedCases, key: Key) -> Mask:
    """Cases in which the deviation could have happened: the procedure came by it, or the activity was done."""
    word, activity = key
    if word in (Word.SKIPPED, Word.BYPASSED):
        could = [activity in path.expected for path in found.paths]
    elif word in (Word.REPEATED, Word.OUT_OF_ORDER):
        could = [activity in path.done for path in found.paths]
    else:
        could = [True] * len(found.paths)
    return np.array(could, dtype=np.bool_)[found.path]


def _finding(found: ComparedCases, key: Key, deviating: Mask, times: _Times | None) -> Finding:
    word, activity = key
    eligible = _eligible(found, key) | deviating
    cases, of = int(deviating.sum()), int(eligible.sum())
    per_path = np.bincount(found.path, minlength=len(found.paths))
    evidence: dict[str, Evidence] = {
        "occurrences": int(sum(int(n) * _times(path, key) for n, path in zip(per_path, found.paths, strict=True))),
        "eligible": of,
        "share_of": "eligible",
        "share_interval": list(wilson(cases, of)),
        "after": _contexts(found, key, per_path),
        "offices": by_office(_office(found.rows), deviating, eligible),
        "versions": list(_by_version(found.rows, deviating, eligible)),
        **(times.effect(deviating, eligible) if times else _UNTOLD),
    }
    return Finding(
        kind=Kind.DEVIATION,
        subject=(activity,),
        measure=word.value,
        value=float(cases),
        unit="cases",
        share=cases / of if of else None,
        cases=cases,
        insufficient=of < ENOUGH,
        evidence=evidence,
    )


def _times(path: ComparedPath, key: Key) -> int:
    return sum((deviation.word, deviation.activity) == key for deviation in path.deviations)


def _contexts(found: ComparedCases, key: Key, per_path: npt.NDArray[np.int64]) -> list[Evidence]:
    """The steps after which it happens, the most frequent three."""
    counter: Counter[str] = Counter()
    for count, path in zip(per_path.tolist(), found.paths, strict=True):
        for deviation in path.deviations:
            if (deviation.word, deviation.activity) == key:
                counter[deviation.after or ""] += count
    order = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:3]
    return [{"activity": activity or None, "cases": count} for activity, count in order if count]


def _office(rows: pd.DataFrame) -> npt.NDArray[np.object_]:
    return rows["office"].astype(object).where(rows["office"].notna(), None).to_numpy()


def _versions(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The version of each case, -1 where it has none."""
    return np.asarray(rows["version"].fillna(-1).astype("int64")) if len(rows) else np.empty(0, np.int64)


def _by_version(rows: pd.DataFrame, deviating: Mask, eligible: Mask) -> Iterator[Evidence]:
    versions = _versions(rows)
    for version in np.unique(versions[deviating]).tolist():
        here = versions == version
        told = None if version == -1 else version
        yield {"version": told, "cases": int((deviating & here).sum()), "eligible": int((eligible & here).sum())}


def together(found: ComparedCases) -> Iterator[Evidence]:
    """The sets of deviations that the cases of a version had: which, and how many cases had just these."""
    versions = _versions(found.rows)
    counter: Counter[tuple[int, tuple[Key, ...]]] = Counter()
    keys = [tuple(sorted({(d.word, d.activity) for d in path.deviations})) for path in found.paths]
    pairs, counts = np.unique(np.stack([versions, found.path]), axis=1, return_counts=True)
    for (version, path), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        counter[version, keys[path]] += count
    for (version, deviations), count in sorted(counter.items()):
        if deviations:
            told = None if version == -1 else version
            yield {"version": told, "deviations": [[word.value, name] for word, name in deviations], "cases": count}


_UNTOLD: dict[str, Evidence] = {
    "lead_difference": None,
    "lead_interval": None,
    "lead_effect": "insufficient",
    "matched": None,
}


@dataclass(frozen=True)
class _Times:
    """The lead times of the compared cases in seconds, and which of them are alike."""

    lead: npt.NDArray[np.float64]
    stratum: npt.NDArray[np.int64]
    matched_on: tuple[str, ...]
    seed: int

    @staticmethod
    def of(rows: pd.DataFrame, traits: pd.DataFrame | None, seed: int) -> _Times:
        lead = np.asarray((rows["last_at"] - rows["first_at"]).dt.total_seconds(), dtype=np.float64)
        known = traits.reindex(rows["case_id"]) if traits is not None else rows[["version", "office"]]
        return _Times(lead, strata(known), tuple(map(str, known.columns)), seed)

    def effect(self, deviating: Mask, eligible: Mask) -> dict[str, Evidence]:
        """The difference of median lead times with and without it: raw, and among cases that are alike in what is known."""
        others = eligible & ~deviating
        if min(int(deviating.sum()), int(others.sum())) < ENOUGH:
            return _UNTOLD
        raw, interval = median_difference(self.lead[deviating], self.lead[others], seed=self.seed)
        alike = matched_difference(self.lead[eligible], deviating[eligible], self.stratum[eligible], seed=self.seed)
        matched: dict[str, Evidence] = {
            "difference": alike.difference,
            "interval": list(alike.interval) if alike.interval else None,
            "cases": alike.cases,
            "others": alike.others,
            "of": int(deviating.sum()),
            "on": list(self.matched_on),
        }
        told = "matched" if alike.difference is not None else "unmatched"
        return {"lead_difference": raw, "lead_interval": list(interval), "lead_effect": told, "matched": matched}
