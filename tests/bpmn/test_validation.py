"""Whatever would break when a model runs is named: rule, element, sentence and remedy."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bpmn.model import (
    Activity,
    ActivityKind,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Lane,
    ProcessModel,
)
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from bpmn.validation import Severity, executable, problems
from tests.bpmn.corpora import SHARED, corpus, needs_corpora
from tests.bpmn.models import changed, flow, refund, without


def rules(model: ProcessModel) -> dict[str, str]:
    """Rule → element of the problems of a model."""
    return {problem.rule: problem.element for problem in problems(model)}


def with_nodes(*nodes: Activity | Gateway | EventNode, flows: tuple[Flow, ...] = ()) -> ProcessModel:
    model = refund()
    return replace(model, nodes=(*model.nodes, *nodes), flows=(*model.flows, *flows))


def test_a_sound_procedure_has_no_problem() -> None:
    assert problems(refund()) == []
    assert executable(refund())


def test_every_problem_says_what_where_and_what_to_do() -> None:
    broken = changed(without(refund(), "applied"), "pay", service=None)
    for problem in problems(broken):
        assert problem.rule and problem.element and problem.remedy
        assert (problem.message.endswith((".", "?", "!")) and problem.message[0].isalnum()) or problem.message[
            0
        ] in "'\""


def test_people_need_a_post() -> None:
    model = replace(refund(), lanes=(Lane(id="hall"), Lane(id="office", posts=("tax_source",))))
    assert rules(model)["no_post"] == "accept"
    assert rules(model)["lane_without_post"] == "hall"


def test_an_expression_that_is_no_feel_is_shown_with_its_place() -> None:
    model = replace(refund(), flows=tuple(replace(f, condition=f.condition and "risk ==") for f in refund().flows))
    (problem,) = [p for p in problems(model) if p.rule == "expression"]
    assert problem.element == "risk__split" and "risk ==" in problem.message


def test_deadlock_is_found_with_the_way_there() -> None:
    model = changed(refund(), "split", kind=GatewayKind.EXCLUSIVE)
    model = replace(model, flows=tuple(replace(f, condition="x") if f.source == "split" else f for f in model.flows))
    (deadlock,) = [problem for problem in problems(model) if problem.rule == "deadlock"]
    assert deadlock.severity is Severity.ERROR and deadlock.element == "join"
    assert deadlock.path[:3] == ("applied", "accept", "risk")


def test_branches_that_meet_without_a_join_do_things_twice() -> None:
    model = changed(refund(), "join", kind=GatewayKind.EXCLUSIVE)
    (twice,) = [problem for problem in problems(model) if problem.rule == "done_twice"]
    assert twice.severity is Severity.WARNING


def test_a_case_that_goes_round_for_ever() -> None:
    model = without(refund(), "pay__closed", "closed")
    model = replace(model, flows=(*model.flows, flow("pay", "merge")))
    assert "livelock" in rules(model)


def test_what_the_token_game_does_not_cover_is_not_decided() -> None:
    assert rules(changed(refund(), "pay", start_quantity=2))["soundness_undecided"] == "pay"


def test_our_procedures_can_run() -> None:
    for procedure in read_all_procedures():
        errors = [p for p in problems(procedure.model, procedure) if p.severity is Severity.ERROR]
        assert errors == [], procedure.key


def test_references_outside_of_the_procedure_are_named() -> None:
    procedure = read_all_procedures()[0]
    task = next(a for a in procedure.model.activities if a.kind is ActivityKind.USER)
    model = changed(procedure.model, task.id, form="gone", posts=("emperor",))
    found = {problem.rule: problem.element for problem in problems(model, procedure)}
    assert found["unknown_form"] == found["unknown_post"] == task.id


@needs_corpora
@pytest.mark.slow
def test_every_model_of_the_corpora_is_judged_in_two_seconds() -> None:
    for path in corpus():
        model = read_bpmn(path.read_bytes())
        began = time.perf_counter()
        found = problems(model)
        assert time.perf_counter() - began < 2, path
        assert all(problem.message and problem.remedy for problem in found)
    assert SHARED.is_dir()
