"""How well open cases are predicted on public logs: `python -m benchmarks prediction [receipt bpic2012 road_fines]`.

Protocol: of the cases that began before the end of the log minus its 99th percentile of lead times, the latest fifth by begin is
the test. What is predicted after each of their steps but the last rests on what was known at that moment: the tables are learnt
anew twelve times on the way, the boosted models and the weight once, before the test begins; open cases are censored. Every prefix
counts once; coverage also per case. The risk is of the lead time that 80 percent of the earlier cases kept. All rivals see the
same events.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from event_logs.log import EventLog
from event_logs.reading import open_log
from mining.performance import case_times
from mining.prediction import Prefixes, Track, attributes_of, prefixes, trial
from mining.steps import steps

LOGS = {
    "receipt": "receipt_wabo_permit.xes.gz",
    "bpic2012": "bpic2012_loan.xes.gz",
    "road_fines": "road_traffic_fines.xes.gz",
}
DAY = 86_400


def known(log: EventLog) -> Prefixes:
    """The prefixes of the completed steps of a log."""
    cases = case_times(log).to_pandas()
    for column in ("first_at", "last_at"):
        cases[column] = cases[column].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return prefixes(steps(log), cases, attributes_of(log))


def told(name: str, track: Track, seconds: float) -> str:
    better = min(track.error_by_step, track.error_boosted or track.error_by_step)
    return (
        f"{name}: {track.cases:,} cases, {track.standings:,} prefixes; "
        f"mean absolute error in days: ours {track.error / DAY:.3f} (weight of the boosted table {track.weight:.2f}), "
        f"boosted {(track.error_boosted or 0) / DAY:.3f}, median by step and position {track.error_by_step / DAY:.3f}, "
        f"ours / better {track.error / better:.3f}; "
        f"coverage of 90 %: {track.coverage:.1%} of prefixes, {track.coverage_of_cases:.1%} of cases' prefixes; "
        f"risk AUC {track.discrimination or 0:.3f}; next step {track.next_right:.1%}, "
        f"by the last step alone {track.next_right_by_last:.1%}; {seconds:.0f} s of processor"
    )


def main(names: list[str], folder: Path) -> None:
    for name in names or LOGS:
        log = open_log(folder / LOGS[name])
        if name == "bpic2012":  # the completions: each piece of work counts once
            log = replace(log, events=log.events.filter(log.events.lifecycle.lower() == "complete"))
        began = time.process_time()
        track = trial(known(log), boosted=True)
        assert track is not None
        print(told(name, track, time.process_time() - began), flush=True)


if __name__ == "__main__":
    shared = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[2] / "shared"))
    if not (shared / "data").is_dir():
        raise SystemExit(f"The public logs are not at {shared}; QIANGJI_SHARED names another place.")
    main(sys.argv[1:], shared / "data" / "logs")
