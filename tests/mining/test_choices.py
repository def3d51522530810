"""What decides at gateways: what was known then and nothing later, tables that tell or say that they do not, and the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bpmn.decisions import decide, read_dmn, table_problems, write_dmn
from bpmn.model import ProcessModel
from event_logs import typed_json
from event_logs.log import EventLog
from mining.choices import Decision, as_dmn, choices, decisions, learn_choice
from mining.choices.table import plain_table
from mining.choices.tree import between, decided, grown
from mining.diagnosis import diagnose
from mining.findings import Finding, Kind
from tests.contracts.drawings import drawing
from tests.mining.logs import Done, log_of

ROUTED = drawing("start > accept > xor > quick > end; xor > review > end2")


def _way(model: ProcessModel, target: str) -> str:
    return next(flow.id for flow in model.outgoing("xor") if flow.target == target)


QUICK, REVIEW = _way(ROUTED, "quick"), _way(ROUTED, "review")


def routed(seed: int, *, cases: int = 300, noise: float = 0.03, explained: bool = True) -> EventLog:
    """Small amounts of traders go the quick way; the officer who accepts corrects the amount that the taxpayer wrote."""
    random = np.random.default_rng(seed)
    work: list[Done] = []
    for n in range(cases):
        amount, kind = (
            Decimal(str(round(float(random.uniform(1, 10_000)), 2))),
            str(random.choice(["trader", "factory"])),
        )
        quick = (amount <= 5_000 and kind == "trader") if explained else bool(random.random() < 0.4)
        quick ^= bool(random.random() < noise)
        told, corrected = typed_json.dumps({"amount": Decimal(1), "kind": kind}), typed_json.dumps({"amount": amount})
        done = "quick" if quick else "review"
        work += [
            Done(f"{n:04d}", "start", n, attributes=told),
            Done(f"{n:04d}", "accept", n + 0.1, attributes=corrected),
            Done(f"{n:04d}", done, n + 0.2, attributes=typed_json.dumps({"went": done})),
            Done(f"{n:04d}", "end" if quick else "end2", n + 0.3),
        ]
    return log_of(*work)


def learnt_of(log: EventLog, process: ProcessModel = ROUTED) -> Finding:
    return next(f for f in choices(log, {None: process}).findings if f.measure == "learnt")


def test_what_decides_is_learnt_as_a_small_table_and_tried_on_later_cases() -> None:
    finding = learnt_of(routed(1))
    table: Any = finding.evidence["table"]
    assert {each["name"]: each["type"] for each in table["inputs"]} == {"kind": "string", "amount": "number"}
    assert len(table["rows"]) <= 4
    [quick] = [row for row in table["rows"] if row["outcome"] == QUICK]
    assert any(cell in ('"trader"', 'not("factory")') for cell in quick["cells"])
    [bound] = [float(cell.removeprefix("<= ")) for cell in quick["cells"] if cell.startswith("<= ")]
    assert 4_700 < bound < 5_300
    evidence: Any = finding.evidence
    assert (evidence["learnt_from"], evidence["tried_on"]) == (210, 90)
    assert evidence["accuracy"] > 0.9 > 0.85 > evidence["usual"]
    assert finding.interval is not None and finding.interval[0] > 0 and evidence["tells"]
    assert evidence["covered"] == 1


def test_nothing_is_known_of_what_comes_after_and_the_last_write_wins() -> None:
    made = decisions(routed(1, cases=30), {None: ROUTED}).made
    assert len(made) == 30
    assert {frozenset(one.known) for one in made} == {frozenset({"amount", "kind"})}
    assert all(one.known["amount"] != 1 for one in made)


def test_what_only_the_row_of_a_case_says_is_kept_apart_and_told_as_such() -> None:
    """Lists of other systems have one row a case; nobody knows since when it says so."""
    dated = routed(1)
    told = {d.case: d.known for d in decisions(dated, {None: ROUTED}).made}
    rows = dated.cases.to_pandas()
    rows["attributes"] = [typed_json.dumps({"amount": told[case]["amount"], "kind": told[case]["kind"]}) for case in rows["case_id"]]  # fmt: skip
    blank = dated.events.mutate(attributes=ibis.literal("{}"))
    undated = replace(dated, events=blank, cases=ibis.memtable(rows, schema=dated.cases.schema()))
    learnt, apart = choices(undated, {None: ROUTED}).findings
    assert (learnt.measure, learnt.evidence["tells"]) == ("learnt", False)
    assert (apart.measure, apart.evidence["table"]) == ("undated", learnt_of(dated).evidence["table"])
    assert [f.measure for f in choices(dated, {None: ROUTED}).findings] == ["learnt"]


def test_a_branch_beside_that_is_answered_later_is_not_known_yet() -> None:
    process = drawing(
        "start > and1 > check > xor > quick > xor2 > and2 > end; and1 > letter > and2; xor > review > xor2"
    )
    answers = typed_json.dumps
    done = [
        Done("1", "start", 0),
        Done("1", "check", 1, attributes=answers({"risk": "low"})),
        Done("1", "letter", 2, attributes=answers({"reply": "yes"})),
        Done("1", "quick", 3),
        Done("1", "end", 4),
    ]
    [one] = [d for d in decisions(log_of(*done), {None: process}).made if d.gateway == "xor"]
    assert dict(one.known) == {"risk": "low"}


def test_an_open_case_has_chosen_only_what_its_steps_show() -> None:
    process = drawing("start > accept > xor > review > end; xor > end2")
    work = [Done("1", "start", 0), Done("1", "accept", 1), Done("2", "start", 0), Done("2", "accept", 1)]
    assert [d.case for d in decisions(log_of(*work, open_cases=["1"]), {None: process}).made] == ["2"]


def test_a_choice_that_nothing_known_explains_is_said_to_be_one() -> None:
    told = [learnt_of(routed(seed, cases=200, explained=False)).evidence["tells"] for seed in range(5)]
    assert told == [False] * 5


@pytest.mark.slow
def test_of_choices_without_a_reason_few_are_given_one() -> None:
    fooled = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        made = [
            Decision(f"{n:04d}", None, "way", str(random.choice(["a", "b"], p=[0.6, 0.4])), {"x": Decimal(int(random.integers(0, 99))), "y": str(random.choice(["p", "q"]))})
            for n in range(150)
        ]  # fmt: skip
        learnt = learn_choice(made)
        fooled += learnt is not None and learnt.tells
    assert fooled <= 10


def _read(finding: Finding) -> Any:
    return read_dmn(write_dmn(as_dmn("way", "Way", finding.evidence["table"])))  # type: ignore[arg-type]


def test_the_table_opens_as_dmn_and_decides_every_row_of_the_data_as_the_tree_does() -> None:
    log = routed(2)
    finding = learnt_of(log)
    dmn = _read(finding)
    assert table_problems(dmn) == []
    made = decisions(log, {None: ROUTED}).made
    learnt = learn_choice(made)
    assert learnt is not None
    assert [decide(dmn, d.known).value for d in made] == [decided(learnt.tree, d.known).outcome for d in made]


VALUES = some.one_of(
    some.none(),
    some.decimals(-1000, 1000, places=2).map(Decimal),
)
ROWS = some.fixed_dictionaries(
    {"n": VALUES, "t": some.sampled_from([None, "a", "b", 'c"\\']), "f": some.sampled_from([None, True, False])}
)


@pytest.mark.slow
@settings(max_examples=50)
@given(rows=some.lists(some.tuples(ROWS, some.sampled_from("xyz")), min_size=60, max_size=120))
def test_the_rows_are_disjoint_complete_and_mean_what_the_tree_means(rows: list[tuple[dict[str, Any], str]]) -> None:
    known, outcomes = [row for row, _ in rows], [outcome for _, outcome in rows]
    outcomes = ["x" if (row["n"] or 0) > 10 and row["t"] != "a" else outcome for row, outcome in rows]
    tree = grown(known, outcomes)
    dmn = read_dmn(write_dmn(as_dmn("way", "Way", plain_table(tree))))
    for row in [*known, {}, {"n": Decimal(5)}, {"t": "new", "f": None}]:
        answer = decide(dmn, row)  # raises Undecidable where two rows fire
        assert len(answer.rows) == 1 and answer.value == decided(tree, row).outcome


@settings(max_examples=10)
@given(some.permutations(range(120)))
def test_the_order_of_the_decisions_does_not_matter(order: Sequence[int]) -> None:
    known = [{"n": Decimal(n % 40), "t": "ab"[n % 2]} for n in range(120)]
    outcomes = ["x" if row["n"] > 20 and row["t"] == "a" else "y" for row in known]  # type: ignore[operator]
    assert grown([known[n] for n in order], [outcomes[n] for n in order]) == grown(known, outcomes)


@given(some.decimals(-10_000, 10_000, places=3), some.decimals(0, 1000, places=3))
def test_a_bound_between_two_numbers_parts_them(low: Decimal, more: Decimal) -> None:
    bound = between(low, low + more)
    assert low <= bound and (bound < low + more or not more)


def _conditions(quick: str) -> ProcessModel:
    flows = tuple(replace(f, condition=quick if f.target == "quick" else None) for f in ROUTED.flows)
    nodes = tuple(replace(n, default=REVIEW) if n.id == "xor" else n for n in ROUTED.nodes)  # type: ignore[call-arg]
    return replace(ROUTED, flows=flows, nodes=nodes)


def test_drawn_conditions_are_held_against_the_cases_and_against_what_was_learnt() -> None:
    process = _conditions('amount <= 5000 and kind = "trader"')
    found = choices(routed(3, noise=0.04), {None: process}).findings
    learnt, by_passed = found
    drawn: Any = learnt.evidence["drawn"]
    assert drawn["told"] == 300 and drawn["kept"] == 300 - by_passed.evidence["decisions"]  # type: ignore[operator]
    assert drawn["agrees_with_learnt"] > 280
    assert by_passed.measure == "by_passed" and 3 < by_passed.value < 30
    assert len(by_passed.evidence["examples"]) <= 5  # type: ignore[arg-type]
    assert not [f for f in choices(routed(3, noise=0), {None: process}).findings if f.measure == "by_passed"]


def test_a_condition_over_what_is_not_known_decides_nothing() -> None:
    found = choices(routed(3), {None: _conditions("refund > 100")}).findings
    assert [f.measure for f in found] == ["learnt", "behind"] and found[0].evidence["drawn"] is None


def test_it_is_an_analysis_with_a_model_and_nothing_without() -> None:
    log = routed(4, cases=150)
    found = diagnose(log, ROUTED, only=["choices"])
    assert [f.subject for f in found.findings(Kind.CHOICE)] == [("xor",)]
    assert found.analyses["choices"].figures == {"fitting": 150, "misfitting": 0}
    assert diagnose(log, only=["choices"]).analyses["choices"].findings == ()


def test_behind_an_answer_stands_what_it_depends_on() -> None:
    """The drawing asks for the answer; the table without it tells from which amounts the answer comes."""
    process = _conditions('answer = "go"')
    work = []
    for n in range(200):
        amount = Decimal(n * 37 % 100)
        quick = amount <= 40
        work += [
            Done(f"{n:03d}", "start", n, attributes=typed_json.dumps({"amount": amount})),
            Done(f"{n:03d}", "accept", n + 0.1, attributes=typed_json.dumps({"answer": "go" if quick else "look"})),
            Done(f"{n:03d}", "quick" if quick else "review", n + 0.2),
            Done(f"{n:03d}", "end" if quick else "end2", n + 0.3),
        ]
    learnt, behind = choices(log_of(*work), {None: process}).findings
    assert (learnt.measure, behind.measure) == ("learnt", "behind")
    table: Any = behind.evidence["table"]
    assert [each["name"] for each in table["inputs"]] == ["amount"]
    assert behind.evidence["accuracy"] > 0.95  # type: ignore[operator]
