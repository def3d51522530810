"""Forms are read as drawn, and answers come out typed or refused with a reason."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.errors import UnreadableForm
from bpmn.forms import MESSAGES, Form, forms_of, from_json_schema, read_form, validate
from bpmn.model import ProcessModel
from bpmn.reading import read_bpmn

PROCEDURES = Path(__file__).parents[2] / "bpmn" / "procedures"


def form(*components: dict[str, Any]) -> Form:
    return read_form({"id": "refund", "components": list(components)})


AMOUNT = {
    "type": "number",
    "key": "amount",
    "label": "金额",
    "properties": {"en": "Amount"},
    "decimalDigits": 2,
    "validate": {"required": True, "min": 0, "max": 1_000_000},
}
OUTCOME = {
    "type": "radio",
    "key": "approve_outcome",
    "label": "办理结果",
    "values": [{"label": "同意", "value": "pass"}, {"label": "退回", "value": "return"}],
    "properties": {"en": "Outcome", "en:pass": "Approve", "en:return": "Return"},
}
PERIOD = {"type": "textfield", "key": "period", "validate": {"pattern": "[0-9]{4}-[0-9]{2}", "maxLength": 7}}
NUMBER = {"type": "textfield", "key": "taxpayer_id", "disabled": True}
DAY = {"type": "datetime", "key": "applied_on", "subtype": "date"}
MOMENT = {"type": "datetime", "key": "heard_at"}
FIRST = {"type": "checkbox", "key": "first_refund"}
PAPERS = {"type": "checklist", "key": "papers", "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]}
REASON = {
    "type": "textarea",
    "key": "reason",
    "validate": {"required": True},
    "conditional": {"hide": "=amount <= 100"},
}


def test_a_form_is_read_in_both_languages() -> None:
    read = form({"type": "text", "text": "### 申请", "properties": {"en": "### Application"}}, AMOUNT, OUTCOME)
    amount, outcome = read.fields
    assert (amount.label(), amount.label("en")) == ("金额", "Amount")
    assert [(o.value, o.label(), o.label("en")) for o in outcome.options] == [
        ("pass", "同意", "Approve"),
        ("return", "退回", "Return"),
    ]
    assert read.parts[0].label("en") == "### Application"
    assert (amount.required, amount.minimum, amount.digits) == (True, Decimal(0), 2)


def test_answers_come_out_typed() -> None:
    answers = {
        "amount": "12,500.50",
        "approve_outcome": "pass",
        "period": "2026-01",
        "applied_on": "2026-03-02",
        "heard_at": "2026-03-02T09:30",
        "first_refund": "on",
        "papers": ["b", "a"],
    }
    validated = validate(form(AMOUNT, OUTCOME, PERIOD, DAY, MOMENT, FIRST, PAPERS), answers)
    assert validated.ok
    assert validated.values == {
        "amount": Decimal("12500.50"),
        "approve_outcome": "pass",
        "period": "2026-01",
        "applied_on": dt.date(2026, 3, 2),
        "heard_at": dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC),
        "first_refund": True,
        "papers": ["a", "b"],
    }


def test_what_was_left_empty_is_null() -> None:
    validated = validate(form(OUTCOME, PERIOD, DAY, FIRST, PAPERS), {"period": "  "})
    assert validated.values == {
        "approve_outcome": None,
        "period": None,
        "applied_on": None,
        "first_refund": False,
        "papers": [],
    }


@pytest.mark.parametrize(
    ("component", "given_answer", "key", "parameters"),
    [
        (AMOUNT, "", "required", {}),
        (AMOUNT, "twelve", "number", {}),
        (AMOUNT, "1,2", "number", {}),
        (AMOUNT, "NaN", "number", {}),
        (AMOUNT, "1e5", "number", {}),
        (AMOUNT, "1.005", "digits", {"digits": 2}),
        (AMOUNT, "-1", "least", {"least": Decimal(0)}),
        (AMOUNT, "1000001", "most", {"most": Decimal(1_000_000)}),
        (AMOUNT, "9" * 50, "number", {}),
        (OUTCOME, "refuse", "option", {}),
        (PERIOD, "202601", "pattern", {}),
        (PERIOD, "2026-01-31", "longest", {"longest": 7}),
        (PERIOD, "2026\n01", "not_text", {}),
        (PERIOD, "a\0b", "characters", {}),
        (PERIOD, ["2026-01"], "not_text", {}),
        (PERIOD, "x" * 30_000, "longest", {"longest": 20_000}),
        (DAY, "2026-02-30", "date", {}),
        (MOMENT, "tomorrow", "datetime", {}),
        (FIRST, "perhaps", "yes_or_no", {}),
        (PAPERS, ["a", "z"], "option", {}),
    ],
)
def test_wrong_answers_have_a_reason(
    component: dict[str, Any], given_answer: Any, key: str, parameters: object
) -> None:
    read = form(component)
    message = validate(read, {component["key"]: given_answer}).errors[component["key"]]
    assert (message.key, message.parameters) == (key, parameters)
    assert "{" not in str(message)


@pytest.mark.parametrize("amount", [Decimal("1E+5"), Decimal("100000.00"), 100_000])
def test_answers_of_programs_may_be_typed_already(amount: Any) -> None:
    day, moment = dt.date(2026, 3, 2), dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)
    answers = {"amount": amount, "applied_on": day, "heard_at": moment, "first_refund": True}
    validated = validate(form(AMOUNT, DAY, MOMENT, FIRST), answers)
    assert validated.ok
    assert validated.values == {**answers, "amount": Decimal(100_000)}


@pytest.mark.parametrize(
    "amount", [Decimal("NaN"), Decimal("1E+6000"), 10**5000, 1.5, b"1"], ids=lambda given: type(given).__name__
)
def test_what_is_no_amount_is_refused_even_from_programs(amount: Any) -> None:
    assert "amount" in validate(form(AMOUNT), {"amount": amount}).errors


def test_full_width_digits_are_digits() -> None:
    assert validate(form(AMOUNT), {"amount": "１２５０．５"}).values["amount"] == Decimal("1250.5")


def test_unknown_and_locked_fields_are_refused() -> None:
    errors = validate(form(NUMBER, PERIOD), {"taxpayer_id": "91X", "forged": "1"}).errors
    assert {key: message.key for key, message in errors.items()} == {"taxpayer_id": "locked", "forged": "unknown"}


def test_a_hidden_field_is_not_asked_for() -> None:
    read = form(AMOUNT, REASON)
    assert validate(read, {"amount": "50"}).values == {"amount": Decimal(50), "reason": None}
    assert validate(read, {"amount": "500"}).errors["reason"].key == "required"


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    errors = validate(form(MOMENT), {"heard_at": "2026-03-29T02:30"}, zone=ZoneInfo("Europe/Paris")).errors
    assert errors["heard_at"].key == "no_such_time"


def test_groups_hold_fields() -> None:
    read = form({"type": "group", "label": "款项", "components": [AMOUNT]}, PERIOD)
    assert [f.key for f in read.fields] == ["amount", "period"]


def test_every_mistake_of_a_form_is_named() -> None:
    with pytest.raises(UnreadableForm) as caught:
        form(
            AMOUNT,
            AMOUNT,
            {"type": "iframe", "key": "page"},
            {"type": "select", "key": "choice"},
            {"type": "textfield", "key": "code", "validate": {"pattern": "(["}},
            {"type": "textfield", "label": "no key"},
            {**OUTCOME, "key": "other", "defaultValue": "nothing"},
            {**REASON, "conditional": {"hide": "=amount >"}},
            {**PERIOD, "key": "p2", "validate": {"required": "=true"}},
        )
    assert len(caught.value.mistakes) == 8


@pytest.mark.parametrize(
    "broken",
    [
        {"type": {}},
        {"type": "number", "key": "n", "validate": {"min": "few"}},
        {"type": "textfield", "key": "t", "validate": {"maxLength": "long"}},
        {"type": "textfield", "key": "t", "validate": 5},
        {"type": "datetime", "key": "d", "subtype": "week"},
        {"type": "datetime", "key": "d", "subtype": "date", "defaultValue": "soon"},
        {"type": "select", "key": "s", "values": [3]},
        "text",
    ],
)
def test_broken_components_are_named(broken: Any) -> None:
    with pytest.raises(UnreadableForm):
        form(broken)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"components": 3}', "[" * 100_000, b"\xff"])
def test_what_is_no_form_is_refused(text: str | bytes) -> None:
    with pytest.raises(UnreadableForm):
        read_form(text)


# --- lists, computed fields, files, options of the case --------------------------------------------------------------

LINES = {
    "type": "dynamiclist",
    "path": "lines",
    "label": "明细",
    "components": [AMOUNT, {"type": "datetime", "key": "day", "subtype": "date"}],
}
TOTAL = {"type": "expression", "key": "total", "expression": "=sum(lines.amount)"}
FILES = {"type": "filepicker", "key": "papers_sent", "multiple": True, "validate": {"required": True}}
OFFICE = {"type": "select", "key": "office", "valuesKey": "offices"}


def test_a_list_of_entries_is_typed_and_a_computed_field_is_computed_here() -> None:
    read = form(LINES, TOTAL)
    sent = {"lines": [{"amount": "1.50", "day": "2026-01-31"}, {"amount": "2"}], "total": "999"}
    validated = validate(read, sent)
    assert validated.ok
    assert validated.values == {
        "lines": [
            {"amount": Decimal("1.50"), "day": dt.date(2026, 1, 31)},
            {"amount": Decimal(2), "day": None},
        ],
        "total": Decimal("3.50"),
    }


def test_what_is_wrong_in_a_list_says_where() -> None:
    errors = validate(form(LINES), {"lines": [{"amount": "1"}, {"amount": "x", "forged": "1"}]}).errors
    assert {key: message.key for key, message in errors.items()} == {
        "lines.2.amount": "number",
        "lines.2.forged": "unknown",
    }
    assert validate(form(LINES), {"lines": "x"}).errors["lines"].key == "not_a_list"


def test_files_are_references() -> None:
    assert validate(form(FILES), {"papers_sent": ["files::1", "files::2"]}).values == {
        "papers_sent": ["files::1", "files::2"]
    }
    assert validate(form(FILES), {}).errors["papers_sent"].key == "required"
    one = {**FILES, "multiple": False}
    assert validate(form(one), {"papers_sent": ["a", "b"]}).errors["papers_sent"].key == "one_file"


def test_options_may_stand_in_the_case() -> None:
    data = {"offices": ["east", {"label": "西", "value": "west"}]}
    assert validate(form(OFFICE), {"office": "west"}, data=data).values == {"office": "west"}
    assert validate(form(OFFICE), {"office": "north"}, data=data).errors["office"].key == "option"
    assert validate(form(OFFICE), {"office": "west"}).errors["office"].key == "option"


def test_what_only_shows_something_asks_for_nothing() -> None:
    read = form(
        {"type": "table", "dataSource": "=lines", "columns": []}, {"type": "html", "content": "<b>x</b>"}, PERIOD
    )
    assert [f.key for f in read.fields] == ["period"]


# --- forms of other engines ------------------------------------------------------------------------------------------

_SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
)


def drawn(inside: str) -> ProcessModel:
    return read_bpmn(f'<definitions {_SPACES}><process id="p">{inside}</process></definitions>')


def test_fields_of_camunda_7_become_a_form() -> None:
    model = drawn(
        '<userTask id="t"><extensionElements><camunda:formData><camunda:formField id="amount" label="金额" type="long" '
        'defaultValue="5"><camunda:validation><camunda:constraint name="required"/><camunda:constraint name="min" config="1"/>'
        '<camunda:constraint name="validator" config="org.X"/></camunda:validation></camunda:formField>'
        '<camunda:formField id="how" type="enum"><camunda:value id="a" name="A"/><camunda:value id="b"/></camunda:formField>'
        '<camunda:formField id="day" type="date"/><camunda:formField id="ok" type="boolean" defaultValue="true"/>'
        '<camunda:formField id="odd" type="user"/></camunda:formData></extensionElements></userTask>'
    )
    converted = forms_of(model)[model.activity("t").form or ""]
    read = read_form(converted.schema)
    assert [(f.key, f.kind.value) for f in read.fields] == [
        ("amount", "number"),
        ("how", "select"),
        ("day", "datetime"),
        ("ok", "checkbox"),
        ("odd", "textfield"),
    ]
    amount = read.fields[0]
    assert (amount.required, amount.minimum, amount.digits, amount.default) == (True, Decimal(1), 0, Decimal(5))
    assert [note.split()[0] for note in converted.kept] == ["amount", "odd"]
    answers = {"amount": "7", "how": "b", "day": "2026-01-31", "ok": "true"}
    assert validate(read, answers).values["day"] == dt.date(2026, 1, 31)


def test_fields_of_activiti_and_whole_forms_of_camunda_8() -> None:
    model = drawn(
        '<extensionElements><zeebe:userTaskForm id="f1">{"id": "f1", "components": [{"type": "number", "key": "n"}]}'
        '</zeebe:userTaskForm></extensionElements><startEvent id="s"><extensionElements><activiti:formProperty id="reason" '
        'name="Reason" required="true" writable="false" default="${x}"/></extensionElements></startEvent>'
    )
    found = forms_of(model)
    assert read_form(found["f1"].schema).fields[0].key == "n"
    (reason,) = read_form(found["s"].schema).fields
    assert (reason.label(), reason.required, reason.locked) == ("Reason", True, True) and "computed" in found["s"].kept[
        0
    ]


def test_json_schemas_become_forms() -> None:
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "title": "Name", "maxLength": 9},
            "kind": {"type": "string", "oneOf": [{"const": "a", "title": "A"}]},
            "born": {"type": "string", "format": "date"},
            "age": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"sum": {"type": "number"}}}},
        },
    }
    read = read_form(from_json_schema("f", schema).schema)
    values = validate(
        read, {"name": "n", "kind": "a", "born": "2020-01-01", "age": "3", "tags": ["x"], "lines": [{"sum": "1.5"}]}
    ).values
    assert values == {
        "name": "n",
        "kind": "a",
        "born": dt.date(2020, 1, 1),
        "age": Decimal(3),
        "tags": ["x"],
        "lines": [{"sum": Decimal("1.5")}],
    }
    assert validate(read, {}).errors["name"].key == "required"


@pytest.mark.parametrize("path", sorted(PROCEDURES.glob("*/forms/*.json")), ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_the_forms_of_the_procedures_are_read(path: Path) -> None:
    read = read_form(path.read_bytes())
    assert len(read.fields) == sum("key" in component for component in json.loads(path.read_bytes())["components"])
    assert all(field.label("en") != field.key for field in read.fields)


@given(st.dictionaries(st.sampled_from(["amount", "period", "heard_at", "papers", "first_refund"]), st.text()))
def test_any_text_is_typed_or_refused(answers: dict[str, str]) -> None:
    read = form(AMOUNT, PERIOD, MOMENT, PAPERS, FIRST)
    validated = validate(read, answers)
    assert all(message.key in MESSAGES for message in validated.errors.values())
    assert {f.key for f in read.fields} == set(validated.values) | set(validated.errors)
