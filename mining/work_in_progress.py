"""How many cases are in progress at the same time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.datetime64]


def beside(first: Moments, last: Moments) -> npt.NDArray[np.int64]:
    """Of each case, how many cases (itself among them) were in progress at some moment of it, ends included.

    A sweep: those that began before it ended, less those that had ended before it began. n log n, not n².
    """
    begun = np.searchsorted(np.sort(first), last, side="right")
    ended = np.searchsorted(np.sort(last), first, side="left")
    return np.asarray(begun - ended, dtype=np.int64)
