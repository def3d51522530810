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
    MultiInstance,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from bpmn.validation import Severity, executable, problems
from tests.bpmn.corpora import SHARED, corpus, needs_corpora
from tests.bpmn.models import changed, flow, refund, user, without


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


STRUCTURE = {
    "no_start": lambda: without(refund(), "applied", "applied__accept"),
    "no_end": lambda: without(refund(), "closed", "pay__closed"),
    "unreachable": lambda: without(refund(), "merge__pay"),
    "dangling_flow": lambda: replace(refund(), flows=(*refund().flows, flow("pay", "nowhere"))),
    "duplicate_id": lambda: with_nodes(user("accept")),
    "invalid_id": lambda: with_nodes(user("1 task"), flows=(flow("accept", "1 task"), flow("1 task", "pay"))),
    "unknown_default": lambda: changed(refund(), "risk", default="gone"),
    "flow_without_condition": lambda: changed(refund(), "risk", default=None),
    "flow_into_event": lambda: replace(refund(), flows=(*refund().flows, flow("pay", "applied"))),
    "flow_out_of_end": lambda: replace(refund(), flows=(*refund().flows, flow("closed", "pay"))),
    "superfluous_gateway": lambda: without(refund(), "risk__merge"),
    "implicit_split": lambda: replace(refund(), flows=(*refund().flows, flow("accept", "pay"))),
    "complex_gateway": lambda: changed(refund(), "split", kind=GatewayKind.COMPLEX),
    "race_target": lambda: changed(refund(), "split", kind=GatewayKind.EVENT_BASED),
    "empty_process": lambda: ProcessModel(key="p"),
    "unknown_lane": lambda: changed(refund(), "pay", lane="attic"),
}
WORK = {
    "untyped_task": {"kind": ActivityKind.TASK},
    "no_form": {"form": None},
    "four_eyes_unknown": {"four_eyes": ("nobody",)},
    "four_eyes_itself": {"four_eyes": ("accept",)},
    "four_eyes_machine": {"four_eyes": ("pay",)},
    "rule_without_decision": {"kind": ActivityKind.RULE},
    "service_missing": {"kind": ActivityKind.SERVICE},
    "empty_script": {"kind": ActivityKind.SCRIPT},
    "foreign_script": {"kind": ActivityKind.SCRIPT, "script_text": "x = 1", "script_format": "groovy"},
    "message_without_name": {"kind": ActivityKind.RECEIVE},
    "call_without_target": {"kind": ActivityKind.CALL},
    "repetition_of_what": {"multi_instance": MultiInstance()},
    "loop_without_condition": {"loop_condition": ""},
    "unknown_guard": {"guards": frozenset({"sacred"})},
    "expression": {"due": Timer(TimerKind.DURATION, "duration(")},
}


@pytest.mark.parametrize("rule", STRUCTURE)
def test_structure(rule: str) -> None:
    assert rule in rules(STRUCTURE[rule]())


@pytest.mark.parametrize("rule", WORK)
def test_work(rule: str) -> None:
    assert rules(changed(refund(), "accept", **WORK[rule]))[rule] == "accept"


def test_people_need_a_post() -> None:
    model = replace(refund(), lanes=(Lane(id="hall"), Lane(id="office", posts=("tax_source",))))
    assert rules(model)["no_post"] == "accept"
    assert rules(model)["lane_without_post"] == "hall"


def boundary(**fields: object) -> ProcessModel:
    event = EventNode(id="late", position=Position.BOUNDARY, lane="hall", **fields)  # type: ignore[arg-type]
    return with_nodes(event, flows=(flow("late", "pay"),))


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("boundary_on_nothing", {"trigger": Trigger.TIMER}),
        ("boundary_on_nothing", {"trigger": Trigger.TIMER, "attached_to": "risk"}),
        ("timer_without_time", {"trigger": Trigger.TIMER, "attached_to": "accept"}),
        ("trigger_in_wrong_place", {"attached_to": "accept"}),
        ("unsupported_event", {"trigger": Trigger.COMPENSATE, "attached_to": "accept"}),
        ("message_without_name", {"trigger": Trigger.MESSAGE, "attached_to": "accept"}),
        ("signal_without_name", {"trigger": Trigger.SIGNAL, "attached_to": "accept"}),
        ("event_without_condition", {"trigger": Trigger.CONDITIONAL, "attached_to": "accept"}),
        ("error_interrupts", {"trigger": Trigger.ERROR, "attached_to": "accept", "interrupting": False}),
        ("cancel_without_transaction", {"trigger": Trigger.CANCEL, "attached_to": "accept"}),
        ("expression", {"trigger": Trigger.CONDITIONAL, "attached_to": "accept", "condition": "a +"}),
    ],
)
def test_events(rule: str, fields: dict[str, object]) -> None:
    assert rules(boundary(**fields))[rule] == "late"


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
    model = changed(refund(), "merge", kind=GatewayKind.COMPLEX)
    assert rules(model)["soundness_undecided"] == "merge"


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
