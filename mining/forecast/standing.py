"""Where cases stood after each of their steps: what a forecast knows, and what then remained."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from mining.work import Codes, Flags, Stamps


@dataclass(frozen=True)
class Standings:
    """Parallel arrays by case and step: the code of the step just done, its number from 1, its moment; when the case ended, and
    whether it did (`over`; the last moment recorded is its end so far otherwise)."""

    cases: tuple[str, ...]
    activities: tuple[str, ...]
    case: Codes
    activity: Codes
    step: Codes
    at: Stamps
    ended: Stamps
    over: Flags
    last: Flags

    def where(self, kept: Flags | Codes) -> Standings:
        """Those that are marked, or of those rows."""
        rows = (getattr(self, name)[kept] for name in ("case", "activity", "step", "at", "ended", "over", "last"))
        return Standings(self.cases, self.activities, *rows)


def standings(rows: ibis.Table, cases: pd.DataFrame) -> Standings:
    """From the rows of `steps` and of `performance.case_times` with `closed`; a case of which nothing is said counts as over."""
    table = rows.select("case_id", "activity", "at", "position").to_pandas()
    table = table.sort_values(["case_id", "at", "position"], kind="stable", ignore_index=True)
    case, names = pd.factorize(table["case_id"])
    activity, activities = pd.factorize(table["activity"], sort=True)
    case = case.astype(np.int64)
    at = table["at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    known = cases.set_index("case_id").loc[list(names)]
    over = known["closed"].astype("boolean").fillna(True).to_numpy(np.bool_)
    return Standings(
        cases=tuple(names),
        activities=tuple(activities),
        case=case,
        activity=activity.astype(np.int64),
        step=np.arange(len(case)) - np.searchsorted(case, case, side="left") + 1,
        at=at,
        ended=known["last_at"].to_numpy("datetime64[us]")[case],
        over=over[case],
        last=np.searchsorted(case, case, side="right") - 1 == np.arange(len(case)),
    )
