"""What a procedure may say of costs, and how mistakes are named."""

from __future__ import annotations

import tomllib
from decimal import Decimal

from bpmn.procedure_costs import Costs, read_costs
from bpmn.toml_tables import Mistakes, Table


def told(text: str) -> tuple[Costs | None, list[str]]:
    mistakes = Mistakes()
    return read_costs(Table(tomllib.loads(text), "procedure.toml", "costs", mistakes)), mistakes.found


def test_rates_are_by_post_or_officer_and_exact() -> None:
    costs, mistakes = told(
        """
        currency = "CNY"
        delay_per_day = "20.10"
        [[rate]]
        post = "reception"
        per_hour = "85.50"
        [[rate]]
        officer = "demo"
        per_hour = "90"
        """
    )
    assert costs == Costs("CNY", {"reception": Decimal("85.50")}, {"demo": Decimal("90")}, Decimal("20.10"))
    assert mistakes == []


def test_what_is_no_amount_or_of_nobody_is_named_with_its_place() -> None:
    _, mistakes = told(
        """
        currency = "CNY"
        delay_per_day = "-1"
        [[rate]]
        per_hour = "85.50"
        [[rate]]
        post = "reception"
        per_hour = "much"
        """
    )
    assert [each.split(":")[0] for each in mistakes] == [
        "procedure.toml [costs.rate[0].post]",
        "procedure.toml [costs.rate[1].per_hour]",
        "procedure.toml [costs.delay_per_day]",
    ]
