"""What work and delay cost, as far as a procedure says so: nothing is costed that has no rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bpmn.toml_tables import Table


@dataclass(frozen=True, slots=True)
class Costs:
    """The table `[costs]` of `procedure.toml`, in one currency: what an hour of a post costs, and a day that a case is delayed.

    `per_hour` is by post and of an officer's working hour, `officers` the same by officer and before it. None: not known.
    """

    currency: str
    per_hour: Mapping[str, Decimal]
    officers: Mapping[str, Decimal]
    delay_per_day: Decimal | None


def read_costs(table: Table | None) -> Costs | None:
    """The costs of a procedure, if it states any; mistakes go to those of the table."""
    if table is None:
        return None
    rates: dict[str, dict[str, Decimal]] = {"post": {}, "officer": {}}
    for entry in table.tables("rate"):
        amount = _amount(entry, "per_hour")
        named = [(kind, name) for kind in rates if (name := entry.optional(kind)) is not None]
        if len(named) != 1:
            entry.wrong("post", "a rate is of one post or of one officer.")
        elif amount is not None:
            rates[named[0][0]][named[0][1]] = amount
        entry.close()
    costs = Costs(table.text("currency"), rates["post"], rates["officer"], _amount(table, "delay_per_day"))
    table.close()
    return costs


def _amount(table: Table, key: str) -> Decimal | None:
    text = table.optional(key)
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        table.wrong(key, 'this is to be an amount between quotation marks, such as "85.50".')
        return None
    return amount
