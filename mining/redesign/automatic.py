"""Task automation: a rule on the attributes of the case that tells the outcome beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from bpmn.changes import Automate
from bpmn.model import Activity, ProcessModel
from mining.choices.moments import as_feel
from mining.choices.table import rows_of
from mining.choices.tree import decided, grown
from mining.redesign.facts import Facts
from mining.redesign.proposal import Proposal

ALWAYS = 0.03  # an outcome other than the passing one is rarer than this, with 95 % confidence
SURE = 300  # cases from which on "almost always" is said without reserve
COVERED = 0.3  # share of the cases that a rule must decide to be worth having


@dataclass(frozen=True)
class Passing:
    """How often an activity let pass; `bound` is the upper bound of the opposite (Clopper and Pearson, 1934).

    `of` are the cases among which it was counted, where those are not all.
    """

    outcome: str
    cases: int
    passed: int
    of: int | None = None

    @property
    def bound(self) -> float:
        failed = self.cases - self.passed
        return 1.0 if failed >= self.cases else float(stats.beta.ppf(0.95, failed + 1, self.cases - failed))


def passing_evidence(facts: Facts, activity: str, passing: Passing, hours: float) -> dict[str, Any]:
    """What the sentences of a proposal say of how often an activity let cases pass."""
    return {
        "activity": facts.name(activity),
        "element": activity,
        "cases": passing.cases,
        "passed": passing.passed,
        "bound": passing.bound,
        "hours": hours,
        "rank": facts.ranks.get(activity),
    }


def automated(facts: Facts, activity: Activity, rows: pd.DataFrame, outcome: str) -> Proposal | None:
    """The best rule that covers enough and is as sure: on one attribute of the case, or where none is, a row of a learnt table."""
    known = rows[rows.outcome.notna() & rows.case_id.isin(list(facts.cases))]
    names = _attributes(facts)
    simple = [rule for name in names for rule in _rule(facts, known, name, outcome)]
    learnt = _rows_of_a_table(facts, known, names, outcome)
    for condition, passing in (*_sure(simple, len(known)), *_sure(learnt, len(known))):
        change = Automate(activity.id, condition, outcome)
        model = facts.changed(change)
        covered = passing.cases / (passing.of or len(known))
        hours = float((rows.waiting + rows.processing).mean()) / 3600
        gain = covered * float((rows.waiting + rows.processing).sum()) / max(len(facts.cases), 1)
        if model is None or passing.cases < SURE or not facts.noticeable(gain):
            continue
        evidence = {**passing_evidence(facts, activity.id, passing, hours), "condition": condition, "covered": covered}
        return Proposal(
            key=f"automate:{activity.id}",
            kind="automate",
            changes=(change,),
            code="automate",
            evidence=evidence,
            gain=gain,
            model=model,
            shares=_shares(model, activity.id, covered),
        )
    return None


def _sure(rules: list[tuple[str, Passing]], cases: int) -> list[tuple[str, Passing]]:
    """Those that cover enough and are as sure, the widest first."""
    kept = [rule for rule in rules if rule[1].cases >= COVERED * (rule[1].of or cases) and rule[1].bound <= ALWAYS]
    return sorted(kept, key=lambda rule: (-rule[1].cases, rule[0]))


def _rows_of_a_table(facts: Facts, rows: pd.DataFrame, names: list[str], outcome: str) -> list[tuple[str, Passing]]:
    """The rows of a table over several attributes (`choices.tree`), learnt from the first half of the work and counted on the second,
    because among so many possible conditions some look sure by chance."""
    ordered = rows.sort_values(["completed", "case_id"], kind="stable")
    half = len(ordered) // 2
    known = [
        {name: as_feel(value) for name in names if (value := facts.cases[id].get(name)) is not None}
        for id in ordered.case_id
    ]
    passes = (ordered.outcome == outcome).to_numpy()
    tree = grown(known[:half], ["pass" if passed else "other" for passed in passes[:half]], prune=False)
    ends = [id(decided(tree, each)) for each in known[half:]]
    found = []
    for row in rows_of(tree):
        here = np.array([end == id(row.leaf) for end in ends], dtype=np.bool_)
        condition = row.condition()
        if row.leaf.outcome == "pass" and condition:
            passing = Passing(outcome, int(here.sum()), int(passes[half:][here].sum()), len(ends))
            found.append((condition, passing))
    return found


def _shares(model: ProcessModel, activity: str, covered: float) -> dict[str, dict[str, float]]:
    """Of the gateway that `Automate` adds: how many cases go the automatic way."""
    manual = next(f for f in model.incoming(activity) if model.node(f.source).id.startswith(f"{activity}_triage"))
    ways = {flow.id: covered for flow in model.outgoing(manual.source) if flow.id != manual.id}
    return {manual.source: {**ways, manual.id: 1 - covered}}


def _attributes(facts: Facts) -> list[str]:
    names = {name for attributes in facts.cases.values() for name in attributes}
    return sorted(name for name in names if name.isidentifier() and name not in ("arm", "office", "taxpayer_id"))


def _rule(facts: Facts, rows: pd.DataFrame, name: str, outcome: str) -> list[tuple[str, Passing]]:
    values: list[Any] = [facts.cases[id].get(name) for id in rows.case_id]
    passes = (rows.outcome == outcome).to_numpy()
    kinds = {type(value) for value in values}
    if kinds <= {int, float, Decimal} and kinds:
        return _threshold(name, np.array([float(v) for v in values]), passes, outcome)
    if kinds <= {str} or kinds <= {bool}:
        return _kinds(name, values, passes, outcome)
    return []


def _threshold(name: str, values: Any, passes: Any, outcome: str) -> list[tuple[str, Passing]]:
    """The largest bound below which the rule is sure, among the deciles, rounded to two digits."""
    found = []
    for bound in np.unique([float(f"{q:.2g}") for q in np.quantile(values, np.arange(0.3, 1.0, 0.1))]):
        inside = values <= bound
        found.append((f"{name} <= {bound:.10g}", Passing(outcome, int(inside.sum()), int(passes[inside].sum()))))
    return found


def _kinds(name: str, values: list[Any], passes: Any, outcome: str) -> list[tuple[str, Passing]]:
    """Each value on its own, and all those together that on their own are sure."""
    found, sure = [], []
    for value in sorted(set(values), key=str):
        inside = np.array([each == value for each in values])
        passing = Passing(outcome, int(inside.sum()), int(passes[inside].sum()))
        found.append((f"{name} = {_literal(value)}", passing))
        if passing.bound <= ALWAYS:
            sure.append(value)
    if len(sure) > 1 and len(sure) <= 5:
        inside = np.array([each in sure for each in values])
        condition = f"{name} in ({', '.join(map(_literal, sure))})"
        found.append((condition, Passing(outcome, int(inside.sum()), int(passes[inside].sum()))))
    return found


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return f'date("{value.isoformat()}")'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
