"""A tree as a decision table: disjoint rows in FEEL that leave no gap, and as DMN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bpmn.decisions import Decision, DecisionModel, DecisionTable, HitPolicy, Input, InputData, Output, Rule
from mining.choices.tree import Leaf, Split, Test, Tree, Value

TYPES = {str: "string", bool: "boolean", Decimal: "number"}


@dataclass(frozen=True)
class Cell:
    """What a row asks of one variable: above `low`, at most `high`, one `only` value or none of `others`, or nothing known."""

    low: Decimal | None = None
    high: Decimal | None = None
    only: Value = None
    others: tuple[Value, ...] = ()
    null: bool = True  # whether it accepts that nothing is known
    known: bool = True  # whether it accepts anything else

    def narrowed(self, test: Test, passed: bool) -> Cell:
        if test.less and isinstance(test.value, Decimal):
            null = self.null and test.or_null == passed
            return replace(self, high=test.value, null=null) if passed else replace(self, low=test.value, null=null)
        if test.value is None:
            return replace(self, known=False) if passed else replace(self, null=False)
        if passed:
            return replace(self, only=test.value, null=False)
        return replace(self, others=(*self.others, test.value))

    @property
    def text(self) -> str:
        """As unary tests."""
        if not self.known:
            return "null"
        if self.only is not None:
            return literal(self.only)
        if self.others:
            return f"not({', '.join([*map(literal, self.others), *([] if self.null else ['null'])])})"
        bounds = self._bounds()
        if not bounds:
            return "-" if self.null else "not(null)"
        return f"{bounds}, null" if self.null else bounds

    def _bounds(self) -> str:
        if self.low is not None and self.high is not None:
            return f"({literal(self.low)}..{literal(self.high)}]"
        if self.low is not None:
            return f"> {literal(self.low)}"
        return f"<= {literal(self.high)}" if self.high is not None else ""

    def condition(self, variable: str) -> str:
        """The same as an expression over the variable; empty where it asks nothing. For cells without null."""
        parts = []
        if self.only is not None:
            return f"{variable} = {literal(self.only)}"
        if self.low is not None:
            parts.append(f"{variable} > {literal(self.low)}")
        if self.high is not None:
            parts.append(f"{variable} <= {literal(self.high)}")
        if not parts:
            parts.append(f"{variable} != null")
        parts += [f"{variable} != {literal(other)}" for other in self.others]
        return " and ".join(parts)


def literal(value: Value) -> str:
    """A value as FEEL text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True)
class Row:
    """What it asks of each variable, and where the decisions for which that holds ended."""

    cells: Mapping[str, Cell]
    leaf: Leaf

    def condition(self) -> str | None:
        """All its cells as one expression; None where one accepts that nothing is known, which an expression would not decide."""
        asked = {name: cell for name, cell in self.cells.items() if cell.text != "-"}
        if not asked or any(cell.null or not cell.known for cell in asked.values()):
            return None
        return " and ".join(part for name, cell in asked.items() if (part := cell.condition(name))) or None


def rows_of(tree: Tree) -> tuple[Row, ...]:
    """One row a leaf: exactly one of them fits whatever is known."""
    return tuple(_rows(tree, {}))


def _rows(tree: Tree, cells: Mapping[str, Cell]) -> Iterator[Row]:
    if isinstance(tree, Leaf):
        yield Row(cells, tree)
        return
    variable = tree.test.variable
    for branch, passed in ((tree.yes, True), (tree.no, False)):
        yield from _rows(branch, {**cells, variable: cells.get(variable, Cell()).narrowed(tree.test, passed)})


def types_of(tree: Tree) -> dict[str, str]:
    """The variables that a tree asks for, in the order of the rows, with the FEEL names of their types."""
    found: dict[str, str] = {}
    waiting: list[Tree] = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Split):
            found[node.test.variable] = TYPES[node.test.kind]
            waiting += [node.yes, node.no]
    return found


def plain_table(tree: Tree) -> dict[str, Any]:
    """`inputs` (name, type) and `rows` (cells as FEEL, outcome, decisions that were learnt from, how many went so), for JSON."""
    types = types_of(tree)
    return {
        "inputs": [{"name": name, "type": kind} for name, kind in types.items()],
        "rows": [
            {
                "cells": [row.cells[name].text if name in row.cells else "-" for name in types],
                "outcome": row.leaf.outcome,
                "decisions": row.leaf.cases,
                "so": dict(row.leaf.counts)[row.leaf.outcome],
            }
            for row in rows_of(tree)
        ],
    }


def as_dmn(gateway: str, name: str, table: Mapping[str, Any]) -> DecisionModel:
    """A table made by `plain_table` as a decision model: one decision `<gateway>_choice`, whose value is the flow to take."""
    inputs = tuple(
        InputData(id=f"{gateway}_input_{n}", name=each["name"], variable=each["name"], type=each["type"])
        for n, each in enumerate(table["inputs"], 1)
    )
    columns = tuple(Input(each["name"], each["type"], each["name"]) for each in table["inputs"])
    outcomes = ",".join(literal(each) for each in sorted({row["outcome"] for row in table["rows"]}))
    rules = tuple(
        Rule(tuple(row["cells"]), (literal(row["outcome"]),), f"{row['so']} / {row['decisions']}")
        for row in table["rows"]
    )
    decision = Decision(
        id=f"{gateway}_choice",
        name=name,
        variable=f"{gateway}_choice",
        type="string",
        expression=DecisionTable(
            columns, (Output(f"{gateway}_choice", "string", name, outcomes),), rules, HitPolicy.UNIQUE
        ),
        requires=tuple(f"#{each.id}" for each in inputs),
    )
    return DecisionModel(
        name=name, namespace="urn:qiangji:decisions", id=f"definitions_{gateway}", inputs=inputs, decisions=(decision,)
    )
