"""The happy path, and how the cases of each path ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bpmn.errors import NotCovered
from bpmn.model import ProcessModel
from event_logs.courses import SEPARATOR
from mining.alignment import Trace, align
from mining.errors import NoAlignment
from mining.performance import is_open
from mining.recorded_net import recorded_net

TRIED = 50  # paths that may be the happy one, the most frequent first


@dataclass(frozen=True)
class Outcome:
    """How many cases of a path were finished, withdrawn and are open; lead times in seconds of the finished ones, None without."""

    path: Trace
    finished: int
    withdrawn: int
    open: int
    median: float | None
    p90: float | None

    @property
    def cases(self) -> int:
        return self.finished + self.withdrawn + self.open


def outcomes(cases: pd.DataFrame) -> tuple[Outcome, ...]:
    """Of each path, those of most cases first (ties by path); `cases` are the rows of `reading.Reading.cases`."""
    running = is_open(cases)
    gone = cases["withdrawn"].astype("boolean").fillna(False).astype(bool) & ~running
    told = pd.DataFrame({"path": cases["path"], "open": running, "withdrawn": gone, "finished": ~running & ~gone})
    told["lead"] = (cases["last_at"] - cases["first_at"]).dt.total_seconds().where(told["finished"], np.nan)
    grouped = told.groupby("path", sort=True)
    counts = grouped[["finished", "withdrawn", "open"]].sum()
    median, p90 = grouped["lead"].median(), grouped["lead"].quantile(0.9)
    found = (
        Outcome(
            path=_steps(str(row[0])), finished=int(row[1]), withdrawn=int(row[2]), open=int(row[3]),
            median=_known(half), p90=_known(most),
        )
        for row, half, most in zip(counts.itertuples(), median, p90, strict=True)
    )  # fmt: skip
    return tuple(sorted(found, key=lambda outcome: (-outcome.cases, outcome.path)))


def _steps(path: str) -> Trace:
    return tuple(path.split(SEPARATOR)) if path else ()


def _known(seconds: float) -> float | None:
    return None if np.isnan(seconds) else float(seconds)


def happy_path(found: Iterable[Outcome], model: ProcessModel | None) -> Outcome | None:
    """The path that most cases finished, of those that follow the drawing; without a drawing, of all that do nothing twice.

    None where no such path is among the fifty most frequent.
    """
    by_finished = sorted((o for o in found if o.finished), key=lambda outcome: (-outcome.finished, outcome.path))[
        :TRIED
    ]
    fits = {outcome.path: len(set(outcome.path)) == len(outcome.path) for outcome in by_finished}
    if model is not None:
        fits = dict(_follows(model, [outcome.path for outcome in by_finished]))
    return next((outcome for outcome in by_finished if fits.get(outcome.path)), None)


def _follows(model: ProcessModel, paths: list[Trace]) -> Mapping[Trace, bool]:
    try:
        net = recorded_net(model, frozenset(activity for path in paths for activity in path))
        alignments = align(net.net, [net.comparable(path) for path in paths]).alignments
    except (NotCovered, NoAlignment):
        return {}
    return {path: a is not None and not a.cost for path, a in zip(paths, alignments, strict=True)}
