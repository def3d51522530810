"""Holds the rules on labels against logs whose defects are known: `python -m tests.event_logs.data_quality`.

Ten logs carry one kind of defect each, told event by event in a column that the rules never see. All rules run on all logs, so
that a rule which finds its defect where there is none loses precision by it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from event_logs.log import EventLog
from event_logs.performed import performed
from event_logs.quality.defects import Defects, defects
from event_logs.reading import open_log

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[3] / "shared"))
KINDS = ("distorted", "form-based", "homonymous", "polluted", "synonymous")
COLUMNS = {"case_id": "Case", "activity": "Activity", "timestamp": "Timestamp", "resource": "Resource"}


@dataclass(frozen=True, slots=True)
class Counted:
    """Events of one kind of defect in one log: found rightly, found wrongly, and missed."""

    log: str
    kind: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """None where there is nothing to find and nothing was found."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else None


def found_rows(log: EventLog, found: Defects) -> dict[str, set[int]]:
    """The positions of the events that each rule speaks of."""
    done = performed(log).to_pandas()[["position", "activity", "previous_activity", "elapsed_us", "case_no", "ordinal"]]
    done = done.sort_values(["case_no", "ordinal"])
    pairs = {(form.first, form.then) for form in found.form_based}
    names = found.names
    activity, previous = ([names.get(name, name) for name in done[c]] for c in ("activity", "previous_activity"))
    tied = (done["elapsed_us"] == 0) & pd.Series(list(zip(previous, activity, strict=True)), index=done.index).isin(
        pairs
    )
    before = tied.shift(-1, fill_value=False) & (done["case_no"] == done["case_no"].shift(-1))
    told = {
        "distorted": done["activity"].isin(found.distorted),
        "form-based": tied | before,
        "homonymous": done["activity"].isin({homonym.label for homonym in found.homonymous}),
        "polluted": done["activity"].isin(found.polluted),
        "synonymous": done["activity"].isin(found.synonymous),
    }
    return {kind: set(done.loc[mask, "position"].astype(int)) for kind, mask in told.items()}


def known_rows(log: EventLog) -> dict[str, set[int]]:
    """The positions of the events that the log itself calls defective."""
    events = log.events.select("position", "attributes").to_pandas()
    label = events["attributes"].fillna("").str.lower()
    return {
        kind: set(events.loc[label.str.contains(f'"{kind}', regex=False), "position"].astype(int)) for kind in KINDS
    }


def measure(path: Path) -> Iterator[Counted]:
    log = open_log(path, COLUMNS)
    found, known = found_rows(log, defects(log)), known_rows(log)
    for kind in KINDS:
        rows, truth = found[kind], known[kind]
        yield Counted(path.name.removesuffix(".csv.gz"), kind, len(rows & truth), len(rows - truth), len(truth - rows))


def measure_all(folder: Path) -> list[Counted]:
    return [counted for path in sorted(folder.glob("dq_*.csv.gz")) for counted in measure(path)]


def together(counted: list[Counted], kind: str, without: str = "") -> Counted:
    own = [c for c in counted if c.kind == kind and c.log != without]
    return Counted("all", kind, sum(c.right for c in own), sum(c.wrong for c in own), sum(c.missed for c in own))


def _shown(value: float | None) -> str:
    return "    –" if value is None else f"{value:5.3f}"


def report(counted: list[Counted]) -> Iterator[str]:
    yield f"{'log':24}{'defect':14}{'right':>7}{'wrong':>7}{'missed':>7}  precision recall  F1"
    for c in [*counted, *(together(counted, kind) for kind in KINDS)]:
        if c.f1 is not None:
            figures = f"{_shown(c.precision):>9}  {_shown(c.recall)}  {_shown(c.f1)}"
            yield f"{c.log:24}{c.kind:14}{c.right:7}{c.wrong:7}{c.missed:7}  {figures}"


def main() -> None:
    folder = SHARED / "data" / "logs"
    if not folder.is_dir():
        sys.exit(f"There are no logs in {folder}; set QIANGJI_SHARED.")
    print("\n".join(report(measure_all(folder))))


if __name__ == "__main__":
    main()
