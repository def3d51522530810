"""A procedure is read whole or not at all, and every mistake in its folder has a file and a place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpmn.errors import UnreadableProcedure
from bpmn.procedure import Category, procedure_from_sources, read_all_procedures, read_procedure
from tests.bpmn.corpora import PROCEDURES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROCEDURES / "vat_credit_refund", tmp_path / "vat_credit_refund"))


def edited(folder: Path, name: str, before: str, after: str) -> Path:
    path = folder / name
    content = path.read_text("utf-8")
    assert before in content
    path.write_text(content.replace(before, after), "utf-8")
    return folder


def mistakes(folder: Path) -> tuple[str, ...]:
    with pytest.raises(UnreadableProcedure) as caught:
        read_procedure(folder)
    return caught.value.mistakes


def test_all_procedures_are_read() -> None:
    procedures = read_all_procedures()
    assert len(procedures) >= 5
    assert {procedure.category for procedure in procedures} == set(Category)
    assert all(procedure.label("en") != procedure.label("zh") for procedure in procedures)


def test_a_procedure_is_the_same_from_what_was_kept_of_it(folder: Path) -> None:
    procedure = read_procedure(folder)
    shutil.rmtree(folder)
    assert procedure_from_sources(procedure.sources) == procedure
    assert procedure.post("leader") is not None and procedure.case_title


def test_a_missing_form_and_decision_are_named_with_the_element(folder: Path) -> None:
    (folder / "forms" / "accept.json").unlink()
    (folder / "refund_risk.dmn").unlink()
    found = mistakes(folder)
    assert any("vat_credit_refund.bpmn [accept]: the form 'accept' does not exist" in mistake for mistake in found)
    assert any("[risk_scan]: the decision 'refund_risk' does not exist" in mistake for mistake in found)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('category = "refund"', 'category = "tribute"', "procedure.toml [category]: this is to be one of"),
        ("days = 10", 'days = "ten"', "procedure.toml [time_limit[0].days]: this is to be a whole number"),
        ('key = "leader"', 'key = "head"', "[leader_lane]: the post 'leader' does not exist"),
        ('when = "key_taxpayer = true"', 'when = "key_taxpayer ="', "procedure.toml [key_taxpayer.when]"),
        ('form = "application"', 'fourm = "application"', "procedure.toml [application.fourm]: nothing is known"),
        (
            'form = "application"',
            'form = "missing"',
            "procedure.toml [application.form]: the form 'missing' does not exist",
        ),
        ("[name]", "[title]", "procedure.toml [name]: the table with zh and en is missing."),
        ("[name]", "[name", "procedure.toml: this is no TOML"),
        ('key = "vat_credit_refund"', 'key = "other"', "other.bpmn: the drawing is missing"),
    ],
)
def test_mistakes_in_the_description(folder: Path, before: str, after: str, says: str) -> None:
    assert any(says in mistake for mistake in mistakes(edited(folder, "procedure.toml", before, after)))


@pytest.mark.parametrize("name", ["vat_credit_refund.bpmn", "refund_risk.dmn", "forms/accept.json", "procedure.toml"])
def test_a_broken_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:200])
    assert any(mistake.startswith(name) for mistake in mistakes(folder))


def test_a_folder_without_description(tmp_path: Path) -> None:
    assert "the file is missing" in mistakes(tmp_path)[0]
