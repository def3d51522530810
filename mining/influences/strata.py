"""What may stand behind both a trait and an outcome: the version, the office and the month of each case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.influences.traits import MONTH, OFFICE, VERSION, month_codes
from mining.reading import Reading

Codes = npt.NDArray[np.int64]

CASES_A_STRATUM = 10  # on average; where months are too fine they are joined to quarters and years, or not told apart
MONTHS_JOINED = (1, 3, 12)


@dataclass(frozen=True)
class Strata:
    """By name the codes of each case; only of what has several values. `months` are so many joined to one."""

    layers: Mapping[str, Codes]
    months: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.layers)

    def without(self, attribute: str) -> Codes:
        """The stratum of each case by everything but that attribute, which cannot be held constant and looked at."""
        kept = [codes for name, codes in self.layers.items() if name != attribute]
        size = len(next(iter(self.layers.values()))) if self.layers else 0
        return _together(kept) if kept else np.zeros(size, np.int64)


def strata_of(shared: Reading) -> Strata:
    """By version, office and month of arrival, as fine as leaves ten cases a stratum on average."""
    cases = shared.cases
    coarse = {
        VERSION: cases["version"].fillna(-1).to_numpy(np.int64),
        OFFICE: pd.factorize(cases["office"], sort=True)[0].astype(np.int64),
    }
    months = month_codes(shared)
    for joined in MONTHS_JOINED:
        layers = {**coarse, MONTH: months // joined}
        if len(np.unique(_together(list(layers.values())))) * CASES_A_STRATUM <= len(cases):
            return Strata(_telling(layers, cases), joined)
    return Strata(_telling(coarse, cases), 0)


def _telling(layers: Mapping[str, Codes], cases: pd.DataFrame) -> dict[str, Codes]:
    telling = {name: codes for name, codes in layers.items() if len(np.unique(codes)) > 1}
    return telling or {VERSION: np.zeros(len(cases), np.int64)}


def _together(layers: list[Codes]) -> Codes:
    both: Codes = np.unique(np.stack(layers), axis=1, return_inverse=True)[1].ravel().astype(np.int64)
    return both
