"""Conformance: where cases left the very version of the procedure on which they ran, how often, where and at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from mining.conformance.comparing import ComparedCases, Models, Tally, compare, compare_decided
from mining.conformance.reporting import findings, together
from mining.decided import is_decided
from mining.findings import Evidence, Finding, Note
from mining.precision import Precision

__all__ = ["Conformance", "conformance"]

SHOWN_ESCAPES = 10


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """`cases` were finished and compared with the whole model, `open_cases` and `withdrawn` ones (which never reached an end)
    as far as they had come, `open_deviating` of both deviate; `undecided` had no
    alignment within the limits, `unmodelled` ran on versions without a model. Fitness: average over cases, and of the log.
    `precision` is that of the finished cases which nobody moved or migrated, None where a model has too many states.
    Deviations are those of the finished cases; `value` is the number of cases, `share` their part of those eligible.
    `costs` are the deviating steps of each of the `cases`, by case_id. `together` are the deviations of each version that the same cases had, with how many they were.
    """

    cases: int
    conforming: int
    fitness: float | None
    log_fitness: float | None
    precision: Precision | None
    cost: int
    open_cases: int
    withdrawn: int
    open_deviating: int
    undecided: int
    unmodelled: int
    unknown_activities: tuple[str, ...]
    findings: tuple[Finding, ...]
    together: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    costs: pd.Series[int] = field(repr=False, compare=False)

    @property
    def rate(self) -> float | None:
        """The share of finished cases without any deviation."""
        return self.conforming / self.cases if self.cases else None

    def escaping(self) -> list[Evidence]:
        """What the drawing allows and nobody did, before most cases first."""
        found = self.precision.escaping if self.precision else {}
        order = sorted(found.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1]))[:SHOWN_ESCAPES]
        return [{"after": after, "activity": activity, "cases": cases} for (after, activity), cases in order]


def conformance(
    cases: pd.DataFrame, models: Models, *, traits: pd.DataFrame | None = None, seed: int = 0
) -> Conformance:
    """Compare each case with the model of its version, `models[None]` where a version has none of its own.

    `cases` are the rows of `reading.Reading.cases`, `traits` what they are matched on (`matching.traits`).
    """
    tally, pieces = Tally(), []
    apart = is_decided(cases)
    if apart.any():
        pieces.append(compare_decided(cases[apart], models, tally))
        cases = cases[~apart]
    for version, rows in cases.groupby(cases["version"].fillna(-1).astype("int64"), sort=True):
        model = models.get(int(version) if version != -1 else None, models.get(None))
        if model is None:
            tally.unmodelled += len(rows)
            continue
        piece = compare(rows, model, tally)
        if piece is not None:
            pieces.append(piece)
    found = ComparedCases.joined(pieces)
    compared = len(found.rows)
    return Conformance(
        cases=compared,
        conforming=int((found.costs == 0).sum()),
        fitness=tally.fitness / compared if compared else None,
        log_fitness=1 - tally.cost / tally.worst if tally.worst else None,
        precision=tally.precision,
        cost=tally.cost,
        open_cases=tally.open_cases,
        withdrawn=tally.withdrawn,
        open_deviating=tally.open_deviating,
        undecided=tally.undecided,
        unmodelled=tally.unmodelled,
        unknown_activities=tuple(sorted(tally.unknown)),
        findings=findings(found, traits, seed),
        together=tuple(together(found)),
        notes=tuple(tally.notes),
        costs=pd.Series(found.costs, index=found.rows["case_id"] if compared else None, dtype="int64"),
    )
