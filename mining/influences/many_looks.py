"""What remains of a small probability when many were looked at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def corrected(probabilities: Numbers) -> Numbers:
    """The smallest share of false findings at which each would still be called one (Benjamini and Hochberg, 1995).

    Those with at most q are called findings: then at most the share q of what is called so is false on average, for looks
    that are independent or depend on each other positively.
    """
    number = len(probabilities)
    order = np.argsort(probabilities, kind="stable")
    raised = probabilities[order] * number / np.arange(1, number + 1)
    lowest = np.minimum.accumulate(raised[::-1])[::-1]
    result = np.empty(number)
    result[order] = np.minimum(lowest, 1.0)
    return result
