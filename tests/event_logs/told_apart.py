"""Can marked events of a label be told from the others at all? `python -m tests.event_logs.told_apart` asks one who is shown the marks.

A detector sees no marks. Where even a classifier that learns from them on four fifths of the cases is no better than chance on the
last fifth (AUC 0.5), nothing that the log records of an event and its neighbours says what was marked, and no detector can.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[3] / "shared"))
LABELS = {"Credit": "Check:homonymous", "Pub": "Bring drinks"}
_AROUND = (-3, -2, -1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Apart:
    """`auc` by context, position, frequency in the case, times and officers together; `mixed` cases have marked and unmarked events."""

    auc: float
    marked: int
    events: int
    marked_cases: int
    mixed: int

    def __str__(self) -> str:
        return (
            f"{self.marked:,} of {self.events:,} events marked, in {self.marked_cases:,} cases, of which {self.mixed:,} have unmarked ones"
            f" too; AUC of a classifier that was shown the marks of other cases: {self.auc:.2f}"
        )


def told_apart(path: Path, label: str) -> Apart:
    """Of a log whose column `label` marks events: how well marked events of that activity are told from unmarked ones.

    Where two senses were mixed under one new label (every event is marked), the second is told from the first.
    """
    events = _described(pd.read_csv(path, dtype=str))
    own = events[events["Activity"] == label]
    marked = own["label"].notna()
    if marked.all():
        marked = own["label"] != own["label"].iloc[0]
    features = own.drop(columns=["label", "Timestamp", "Activity"]).assign(
        Case=own["Case"].astype("category").cat.codes
    )
    features = features.apply(
        lambda column: column if column.dtype.kind in "iuf" else column.astype("category").cat.codes
    )
    learner = HistGradientBoostingClassifier(max_iter=25, random_state=0)
    found = cross_val_predict(learner, features, marked, groups=own["Case"], cv=GroupKFold(5), method="predict_proba")[
        :, 1
    ]
    by_case = marked.groupby(own["Case"]).agg(["any", "all"])
    return Apart(
        auc=float(roc_auc_score(marked, found)),
        marked=int(marked.sum()),
        events=len(own),
        marked_cases=int(by_case["any"].sum()),
        mixed=int((by_case["any"] & ~by_case["all"]).sum()),
    )


def _described(events: pd.DataFrame) -> pd.DataFrame:
    """Each event with its neighbours, where it stands, how often its activity comes in the case, its times and officers."""
    events = events.assign(at=pd.to_datetime(events["Timestamp"])).sort_values(["Case", "at"], kind="stable")
    cases, same = events.groupby("Case"), events.groupby(["Case", "Activity"])
    told = {f"activity {n:+}": cases["Activity"].shift(-n).fillna("") for n in _AROUND}
    told |= {f"officer {n:+}": cases["Resource"].shift(-n).fillna("") for n in (-1, 1)}
    told |= {f"span {n:+}": (cases["at"].shift(-n) - events["at"]).dt.total_seconds() for n in (-1, 1)}
    return events.assign(
        **told,
        position=cases.cumcount(),
        length=cases["at"].transform("size"),
        occurrence=same.cumcount(),
        occurrences=same["at"].transform("size"),
        since=(events["at"] - cases["at"].transform("min")).dt.total_seconds(),
        hour=events["at"].dt.hour,
        weekday=events["at"].dt.day_of_week,
        at=(events["at"] - events["at"].min()).dt.total_seconds(),
    )


def main() -> None:
    for name, label in LABELS.items():
        print(f"{name}: {told_apart(SHARED / 'data' / 'logs' / f'dq_{name}_Homonymous.csv.gz', label)}")


if __name__ == "__main__":
    main()
