"""How well open cases are predicted on public logs: `python -m benchmarks prediction [receipt bpic2012 road_fines]`.

Protocol: of the cases that began before the end of the log minus its 99th percentile of lead times, the latest fifth by begin is
the test. What is predicted after each of their steps but the last rests on what was known at that moment: tables and calibration
are learnt anew twelve times on the way, boosted models once, before the test begins; open cases are censored. The way in which the
median is told is chosen before the test begins, by models of the earlier half of the steps known then on the later half.

Weighting: every prefix counts once; coverage also with every case counting once. "following": the margins of the intervals are
corrected on the way by what happened to the forecasts made so far, as the worker does it; "fixed": they stay as they were when the
test began. Rivals see the same events: the median by last step and number of steps, learnt anew as often as ours; and gradient
boosting on plain prefix features, median regression as scikit-learn has it, on at most 40,000 prefixes (drawn by a fixed seed) of
the cases that had ended when the test began. "Ours alone" is the boosted estimate with weights for censoring, before it is combined.
The risk is of the lead time that 80 percent of the earlier cases kept, of cases that are still within it; its Brier score is held
against that of the share that was late (known only afterwards); gap is the mean distance of said and happened over tenths.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from event_logs.log import EventLog
from event_logs.reading import open_log
from mining.performance import case_times
from mining.prediction import Prefixes, Track, attributes_of, prefixes, trial
from mining.prediction.track import tested_prefixes
from mining.prediction.trust import Trust
from mining.steps import steps

LOGS = {
    "receipt": "receipt_wabo_permit.xes.gz",
    "bpic2012": "bpic2012_loan.xes.gz",
    "road_fines": "road_traffic_fines.xes.gz",
}
DAY = 86_400
LEARNT_FROM = 40_000


def known(log: EventLog) -> Prefixes:
    """The prefixes of the completed steps of a log."""
    cases = case_times(log).to_pandas()
    for column in ("first_at", "last_at"):
        cases[column] = cases[column].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return prefixes(steps(log), cases, attributes_of(log))


def boosted_error(prefixes_of: Prefixes) -> float:
    """Mean absolute error in seconds of gradient boosting on plain prefix features (Friedman 2001; as in scikit-learn)."""
    test = tested_prefixes(prefixes_of, prefixes_of.ended.max())
    begin = prefixes_of.at[test].min()
    learnt = np.flatnonzero(prefixes_of.over & ~prefixes_of.last & (prefixes_of.ended <= begin))
    learnt = np.sort(np.random.default_rng(0).choice(learnt, min(LEARNT_FROM, len(learnt)), replace=False))
    categorical = list(prefixes_of.features.categorical)
    model = HistGradientBoostingRegressor(
        loss="absolute_error", early_stopping=False, random_state=0, categorical_features=categorical
    )
    with threadpool_limits(1):
        model.fit(prefixes_of.features.values[learnt], prefixes_of.remaining[learnt])
        said = model.predict(prefixes_of.features.values[test])
    return float(np.abs(said - prefixes_of.remaining[test]).mean())


def told(name: str, track: Track, boosted: float, seconds: float) -> str:
    better = min(track.error_by_step, boosted)
    lines = (
        f"{name}: {track.cases:,} cases, {track.standings:,} prefixes, {seconds:.0f} s of processor",
        f"  mean absolute error in days: ours {track.error / DAY:.3f} (way: {track.way}), median by step and position "
        f"{track.error_by_step / DAY:.3f}, boosted {boosted / DAY:.3f} (ours alone {(track.error_boosted or 0) / DAY:.3f}); "
        f"ours / better {track.error / better:.3f}",
        f"  coverage of 90 %: following {track.coverage:.1%} of prefixes ({track.coverage_of_cases:.1%} a case), "
        f"fixed {track.coverage_fixed:.1%}; mean width {track.width / DAY:.1f} d",
        f"  risk: AUC {track.discrimination or 0:.3f}, {_worth(track.risk)}",
        f"  next step: right {track.next_right:.1%} (by the last step alone {track.next_right_by_last:.1%}), {_worth(track.next)}",
    )
    return "\n".join(lines)


def _worth(found: Trust | None) -> str:
    if found is None:
        return "none"
    return (
        f"said {found.said:.1%}, happened {found.happened:.1%}, Brier {found.brier:.4f} (of the share {found.brier_of_share:.4f}), "
        f"gap {found.gap:.1%}"
    )


def main(names: list[str], folder: Path) -> None:
    for name in names or LOGS:
        log = open_log(folder / LOGS[name])
        if name == "bpic2012":  # the completions: each piece of work counts once
            log = replace(log, events=log.events.filter(log.events.lifecycle.lower() == "complete"))
        began = time.process_time()
        read = known(log)
        track = trial(read, boosted=True)
        assert track is not None
        print(told(name, track, boosted_error(read), time.process_time() - began), flush=True)


if __name__ == "__main__":
    shared = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[2] / "shared"))
    if not (shared / "data").is_dir():
        raise SystemExit(f"The public logs are not at {shared}; QIANGJI_SHARED names another place.")
    main(sys.argv[1:], shared / "data" / "logs")
