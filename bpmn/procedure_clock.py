"""The clock of a procedure: when a list of who is due is looked through, and one case is begun for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bpmn.toml_tables import Table


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LONGEST = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31}


@dataclass(frozen=True, slots=True)
class Clock:
    """The table `[clock]` of `procedure.toml`.

    `source` names the list, `key` (FEEL, over the application) what there is one case for. It is looked through at `hour` of
    the offices' zone, on the first working day from `on_day` on: of the month, of the week (1 is Monday), or every working day.
    """

    source: str
    key: str
    every: Every
    hour: int
    on_day: int = 1


def read_clock(table: Table | None) -> Clock | None:
    """The clock of a procedure, if it has one; mistakes go to those of the table."""
    if table is None:
        return None
    every = table.choice("every", Every)
    clock = Clock(
        source=table.text("source"),
        key=table.text("key"),
        every=every,
        hour=table.count("hour"),
        on_day=1 if every is Every.DAY else table.count("on_day"),
    )
    if clock.hour > 23:
        table.wrong("hour", "an hour of the day is at most 23.")
    if clock.on_day > LONGEST[every]:
        table.wrong("on_day", f"a {every} has at most {LONGEST[every]} days.")
    table.close()
    return clock
