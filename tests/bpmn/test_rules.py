"""Every rule is broken by one small model of the catalogue, by that model alone, and says what to do."""

from __future__ import annotations

from collections import Counter

import pytest

from bpmn.validation import SUBJECTS, problems
from tests.bpmn.broken import ALSO, BROKEN, IN_PROCEDURE, bordered, file, inner, late, listener, pools, row

RULES = {rule.name: rule for rules in SUBJECTS.values() for rule in rules}
# What a fault in the drawing does to the cases that would pass it.
FOLLOWS = {rule.name for rule in SUBJECTS["behaviour"]} | {"dead_end", "unreachable"}


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    counted = Counter(rule.name for rules in SUBJECTS.values() for rule in rules)
    assert [name for name, count in counted.items() if count > 1] == []
    assert {*BROKEN, *IN_PROCEDURE} == set(RULES)
    print(f"{len(RULES)} rules: " + ", ".join(f"{len(rules)} of {subject}" for subject, rules in SUBJECTS.items()))
    assert len(RULES) >= 140


@pytest.mark.parametrize("rule", BROKEN)
def test_the_example_breaks_this_rule_and_no_other(rule: str) -> None:
    found = problems(BROKEN[rule]())
    (first, *_) = [problem for problem in found if problem.rule == rule]
    assert first.element and first.message.endswith((".", "?", ")")) and first.remedy
    assert first.severity is RULES[rule].severity
    assert {problem.rule for problem in found} - {rule} <= FOLLOWS | ALSO.get(rule, set())


@pytest.mark.parametrize("build", [row, file, inner, listener, lambda: pools(""), lambda: bordered(late())])
def test_what_the_examples_are_made_of_breaks_none(build: object) -> None:
    assert problems(build()) == []  # type: ignore[operator]


@pytest.mark.parametrize("rule", IN_PROCEDURE)
def test_the_procedure_breaks_this_rule_and_no_other(rule: str) -> None:
    procedure = IN_PROCEDURE[rule]()
    found = problems(procedure.model, procedure)
    (first, *_) = [problem for problem in found if problem.rule == rule]
    assert first.element and first.remedy and first.severity is RULES[rule].severity
    assert {problem.rule for problem in found} == {rule}
