"""What probabilities were worth: what was said beside what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers
from mining.work import Flags

GROUPS = 10


@dataclass(frozen=True)
class Trust:
    """`said` is the mean probability, `happened` the share that came true. `brier` is the mean squared error (Brier 1950),
    `brier_of_share` that of saying the share itself every time, known only afterwards; `gap` is the mean distance between what was
    said and what happened over tenths of equal size by what was said (expected calibration error, Naeini et al. 2015)."""

    said: float
    happened: float
    brier: float
    brier_of_share: float
    gap: float


def trusted(said: Numbers, happened: Flags) -> Trust | None:
    """Of parallel probabilities and outcomes; None without one."""
    if not len(said):
        return None
    share = float(happened.mean())
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, GROUPS) if len(part)]
    distances = [abs(float(said[part].mean()) - float(happened[part].mean())) for part in parts]
    return Trust(
        said=float(said.mean()),
        happened=share,
        brier=float(((said - happened) ** 2).mean()),
        brier_of_share=share * (1 - share),
        gap=float(np.average(distances, weights=[len(part) for part in parts])),
    )
