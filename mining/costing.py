"""What processing and waiting cost, by the rates that a procedure states."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from bpmn.procedure_costs import Costs
from mining.findings import Evidence
from mining.work import UNKNOWN, Codes, Work

HOUR, DAY = Decimal(3_600_000_000), Decimal(86_400_000_000)  # microseconds
CENT = Decimal("0.01")


def cost_of(work: Work, rows: Codes, costs: Costs | None) -> Mapping[str, Evidence]:
    """What these pieces of work cost: `processing_cost` of their hours (working hours where they are known) by officer or post,
    `waiting_cost` of the days that their cases waited. Amounts are text, exact to the cent; None where no rate is stated, and
    `costed` is the share of the processing time that has one. Without costs nothing is said."""
    if costs is None:
        return {}
    spent = np.where(work.working_processing[rows] != UNKNOWN, work.working_processing[rows], work.processing[rows])
    processing, costed = _processing(work, rows, np.maximum(spent, 0), costs)
    waited = int(np.maximum(work.waiting[rows], 0).sum())
    delay = None if costs.delay_per_day is None else waited / DAY * costs.delay_per_day
    return {
        "currency": costs.currency,
        "processing_cost": None if processing is None else str(processing.quantize(CENT)),
        "waiting_cost": None if delay is None else str(delay.quantize(CENT)),
        "costed": costed,
    }


def _processing(work: Work, rows: Codes, spent: Codes, costs: Costs) -> tuple[Decimal | None, float]:
    total, known = Decimal(0), 0
    pairs, place = np.unique(
        np.column_stack([work.officer.codes[rows], work.post.codes[rows]]), axis=0, return_inverse=True
    )
    for number, (officer, post) in enumerate(pairs.tolist()):
        rate = costs.officers.get(_name(work.officer.names, officer)) or costs.per_hour.get(
            _name(work.post.names, post)
        )
        if rate is not None:
            microseconds = int(spent[place.reshape(-1) == number].sum())
            total, known = total + microseconds / HOUR * rate, known + microseconds
    everything = int(spent.sum())
    return (total, known / everything) if known else (None, 0.0)


def _name(names: tuple[str, ...], code: int) -> str:
    return names[code] if code != UNKNOWN else ""
