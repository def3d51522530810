"""Versions: refused with every problem, numbered, tried on a share of new cases, promoted or rolled back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.procedure import read_all_procedures
from tests.builders import end, form, model, procedure, service, start, text, user, xor
from tests.workflows.conftest import Office, refund
from tests.workflows.test_tasks import PASS, do, opened
from workflows import cases, deployment
from workflows.errors import Undeployable, UnknownProcedure, WrongVersionState
from workflows.tables import Case


def test_the_procedures_that_we_ship_can_be_deployed(sqlite_office: Office) -> None:
    with sqlite_office.begin() as session:
        for shipped in read_all_procedures():
            version = deployment.deploy(session, shipped, now=sqlite_office.now)
            deployment.activate(session, version, now=sqlite_office.now)
            assert deployment.load(session, version) == shipped


def test_every_problem_is_named_with_its_element(sqlite_office: Office) -> None:
    drawn = model(
        start(),
        service("pay", "nobody.knows"),
        xor("g"),
        end(),
        user("lost"),
        paths=["start > pay > g", "g > end : amount >"],
        key="bad",
    )
    with sqlite_office.begin() as session, pytest.raises(Undeployable) as refused:
        deployment.deploy(session, procedure(drawn), now=sqlite_office.now)
    named = {getattr(problem, "element", None) for problem in refused.value.problems}
    assert {"pay", "lost"} <= named and ("g" in named or "g__end" in named)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "dynamiclist", "path": "children", "components": [text("name")]},
        {"type": "group", "components": [{"type": "filepicker", "key": "children"}]},
        {"type": "expression", "key": "children", "expression": "=1 + 1"},
    ],
    ids=["a list", "a file in a group", "computed"],
)
def test_a_field_that_no_page_shows_is_refused_by_its_name(sqlite_office: Office, field: dict[str, Any]) -> None:
    drawn = model(start(), user("ask", form="papers", posts=("clerk",)), end(), paths=["start > ask > end"])
    with sqlite_office.begin() as session, pytest.raises(Undeployable, match="'children' is a"):
        deployment.deploy(session, procedure(drawn, papers=form("papers", field)), now=sqlite_office.now)


def test_versions_are_numbered_and_cases_stay_on_theirs(office: Office) -> None:
    old = opened(office)
    with office.begin() as session:
        second = deployment.deploy(session, refund(), by="h1", now=office.now, note="same again")
        assert second.number == 2 and second.state == "draft"
        deployment.activate(session, second, now=office.now)
        assert [(v.number, v.state) for v in deployment.versions(session, "refund")] == [(1, "retired"), (2, "active")]
    new = opened(office)
    do(office, old, "accept", PASS)
    with office.begin() as session:
        assert (session.get_one(Case, old).version, session.get_one(Case, new).version) == (1, 2)


def test_a_trial_takes_its_share_and_the_number_decides(office: Office) -> None:
    with office.begin() as session:
        second = deployment.deploy(session, refund(), now=office.now)
        with pytest.raises(WrongVersionState):
            deployment.start_trial(session, second, share=1.5, now=office.now)
        deployment.start_trial(session, second, share=0.4, now=office.now)
        arms = []
        for _ in range(60):
            case = cases.start(session, "refund", {}, now=office.now, office="east")
            arms.append(case.arm)
            assert case.version == {"trial": 2, "current": 1}[case.arm]
            assert deployment.version_for_new_case(session, "refund", case.number).number == case.version
        assert 10 <= arms.count("trial") <= 38
        deployment.roll_back(session, second, now=office.now)
        assert cases.start(session, "refund", {}, now=office.now, office="east").version == 1


def test_a_promoted_trial_takes_all(office: Office) -> None:
    with office.begin() as session:
        second = deployment.deploy(session, refund(), now=office.now)
        with pytest.raises(WrongVersionState):
            deployment.promote(session, second, now=office.now)
        deployment.start_trial(session, second, share=0.5, now=office.now)
        deployment.promote(session, second, now=office.now)
        assert [v.state for v in deployment.versions(session, "refund")] == ["retired", "active"]


def test_without_an_active_version_no_case_starts(sqlite_office: Office) -> None:
    with sqlite_office.begin() as session:
        deployment.retire(session, deployment.find_version(session, "refund", 1), now=sqlite_office.now)
        with pytest.raises(UnknownProcedure):
            cases.start(session, "refund", {}, now=sqlite_office.now)


@given(st.text(min_size=1, max_size=12))
def test_the_draw_is_stable_and_between_nought_and_one(number: str) -> None:
    assert 0 <= deployment.draw("k", number) < 1 and deployment.draw("k", number) == deployment.draw("k", number)


def test_a_procedure_without_sources_is_refused(sqlite_office: Office) -> None:
    with sqlite_office.begin() as session, pytest.raises(Undeployable, match="source"):
        deployment.deploy(session, replace(refund(), sources={}), now=sqlite_office.now)
