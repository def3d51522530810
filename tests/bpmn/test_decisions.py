"""Decision tables and graphs decide, and say which rows fired."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.decisions import (
    Decision,
    DecisionModel,
    DecisionTable,
    Flaw,
    HitPolicy,
    Input,
    Output,
    Rule,
    decide,
    read_dmn,
    table_problems,
    write_dmn,
)
from bpmn.decisions.reading import NAMESPACES
from bpmn.errors import Undecidable, UnknownDecision, UnreadableDecision, Unwritable

PROCEDURES = Path(__file__).parents[2] / "bpmn" / "procedures"
NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


def dmn(body: str, version: str = "https://www.omg.org/spec/DMN/20191111/MODEL/") -> str:
    return f'<definitions xmlns="{version}" id="d" name="d" namespace="urn:test">{body}</definitions>'


def table(policy: str, *rows: tuple[str, str], aggregation: str = "", outputs: str = "") -> DecisionModel:
    rules = "".join(
        f"<rule><inputEntry><text><![CDATA[{cell}]]></text></inputEntry>"
        f"<outputEntry><text>{result}</text></outputEntry></rule>"
        for cell, result in rows
    )
    ordered = f"<outputValues><text>{outputs}</text></outputValues>" if outputs else ""
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return read_dmn(
        dmn(
            f'<decision id="risk" name="Risk"><decisionTable hitPolicy="{policy}"{extra}>'
            f"<input><inputExpression><text>amount</text></inputExpression></input>"
            f'<output name="risk">{ordered}</output>{rules}</decisionTable></decision>'
        )
    )


LOW_HIGH = (("< 100", '"low"'), (">= 50", '"high"'))


def test_the_row_that_fires_is_told() -> None:
    decided = decide(table("UNIQUE", *LOW_HIGH), {"amount": 200})
    assert (decided.value, decided.rows, decided.fired) == ("high", (2,), {"Risk": (2,)})


def test_two_rows_of_a_unique_table_are_an_error_with_their_numbers() -> None:
    with pytest.raises(Undecidable, match="rows 1 and 2") as caught:
        decide(table("UNIQUE", *LOW_HIGH), {"amount": 70})
    assert (caught.value.decision, caught.value.rows) == ("Risk", (1, 2))


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", "", Decimal(1)),
        ("PRIORITY", "", Decimal(3)),
        ("RULE ORDER", "", [Decimal(1), Decimal(3), Decimal(2)]),
        ("OUTPUT ORDER", "", [Decimal(3), Decimal(2), Decimal(1)]),
        ("COLLECT", "", [Decimal(1), Decimal(3), Decimal(2)]),
        ("COLLECT", "SUM", Decimal(6)),
        ("COLLECT", "MIN", Decimal(1)),
        ("COLLECT", "MAX", Decimal(3)),
        ("COLLECT", "COUNT", Decimal(3)),
    ],
)
def test_hit_policies(policy: str, aggregation: str, expected: object) -> None:
    model = table(
        policy, ("> 1", "1"), ("> 2", "3"), ("> 99", "9"), ("-", "2"), aggregation=aggregation, outputs="3, 2, 1"
    )
    assert decide(model, {"amount": 5}).value == expected


def test_rows_of_an_any_table_must_agree() -> None:
    assert decide(table("ANY", ("> 1", "1"), ("> 2", "1")), {"amount": 5}).value == 1
    with pytest.raises(Undecidable, match="rows 1 and 2"):
        decide(table("ANY", ("> 1", "1"), ("> 2", "2")), {"amount": 5})


def test_no_row_gives_null() -> None:
    decided = decide(table("UNIQUE", ("> 1", "1")), {"amount": 0})
    assert (decided.value, decided.rows) == (None, ())


def test_a_missing_input_is_told() -> None:
    model = read_dmn(
        dmn(
            '<inputData id="a" name="amount"><variable name="amount" typeRef="number"/></inputData>'
            '<decision id="d" name="D"><informationRequirement><requiredInput href="#a"/></informationRequirement>'
            "<literalExpression><text>amount + 1</text></literalExpression></decision>"
        )
    )
    decided = decide(model, {})
    assert decided.value is None
    assert "amount was not given" in decided.warnings[0].message


def test_decisions_require_decisions_and_call_knowledge() -> None:
    model = read_dmn(
        dmn(
            '<inputData id="i" name="Net Amount"/>'
            '<businessKnowledgeModel id="k" name="late fee"><encapsulatedLogic>'
            '<formalParameter name="amount" typeRef="number"/><formalParameter name="days" typeRef="number"/>'
            "<literalExpression><text>decimal(amount * 0.0005 * days, 2)</text></literalExpression>"
            "</encapsulatedLogic></businessKnowledgeModel>"
            '<decision id="fee" name="Fee"><informationRequirement><requiredInput href="#i"/></informationRequirement>'
            '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
            "<literalExpression><text>late fee(Net Amount, 30)</text></literalExpression></decision>"
            '<decision id="total" name="Total"><informationRequirement><requiredInput href="#i"/></informationRequirement>'
            '<informationRequirement><requiredDecision href="#fee"/></informationRequirement>'
            "<literalExpression><text>Net Amount + Fee</text></literalExpression></decision>"
        )
    )
    assert decide(model, {"Net Amount": Decimal("1000.10")}).value == Decimal("1015.10")
    assert decide(model, {"Net Amount": 1000}, "Fee").value == Decimal(15)


def test_a_circle_of_requirements_is_an_error() -> None:
    model = read_dmn(
        dmn(
            '<decision id="a" name="A"><informationRequirement><requiredDecision href="#b"/></informationRequirement>'
            "<literalExpression><text>B</text></literalExpression></decision>"
            '<decision id="b" name="B"><informationRequirement><requiredDecision href="#a"/></informationRequirement>'
            "<literalExpression><text>A</text></literalExpression></decision>"
        )
    )
    with pytest.raises(Undecidable, match="circle"):
        decide(model, {}, "A")


def test_a_decision_must_be_named_where_there_are_several() -> None:
    one = '<decision id="{0}" name="{0}"><literalExpression><text>1</text></literalExpression></decision>'
    model = read_dmn(dmn(one.format("a") + one.format("b")))
    with pytest.raises(UnknownDecision, match="a, b"):
        decide(model, {})
    with pytest.raises(UnknownDecision, match="'c'"):
        decide(model, {}, "c")


def test_every_mistake_of_a_model_is_named() -> None:
    with pytest.raises(UnreadableDecision) as caught:
        table("UNIQUE", ("> ", "1"), ("1", "(2"))
    assert [line.split(":")[0] for line in caught.value.mistakes] == ["Risk, row 1, input 1", "Risk, row 2, output 1"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<decisionTable hitPolicy="BEST"/>', "hitPolicy 'BEST'"),
        ('<decisionTable><output name="a"/><output name="a"/></decisionTable>', "names that differ"),
        (
            "<decisionTable><output/><rule><inputEntry><text>1</text></inputEntry></rule></decisionTable>",
            "1 and 0 cells",
        ),
    ],
)
def test_broken_tables_are_refused(body: str, says: str) -> None:
    with pytest.raises(UnreadableDecision, match=says):
        read_dmn(dmn(f'<decision id="a" name="A">{body}</decision>'))


def test_two_elements_of_one_id_are_refused() -> None:
    with pytest.raises(UnreadableDecision, match="Several elements have the id a"):
        read_dmn(dmn('<decision id="a" name="A"/><inputData id="a" name="B"/>'))


def test_foreign_expression_languages_are_refused() -> None:
    text = '<decision id="a" name="A"><literalExpression expressionLanguage="juel"><text>1</text></literalExpression></decision>'
    with pytest.raises(UnreadableDecision, match="juel"):
        read_dmn(dmn(text))


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a/>",
        "no xml",
        '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>',
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    ],
)
def test_what_is_no_decision_model_is_refused(xml: str) -> None:
    with pytest.raises(UnreadableDecision):
        read_dmn(xml)


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_all_versions_are_read(version: str) -> None:
    text = '<decision id="a" name="A"><literalExpression><text>1 + 1</text></literalExpression></decision>'
    assert decide(read_dmn(dmn(text, NAMESPACES[version])), {}).value == 2


def test_the_time_is_what_was_given() -> None:
    text = '<decision id="a" name="A"><literalExpression><text>today()</text></literalExpression></decision>'
    assert decide(read_dmn(dmn(text)), {}, now=NOW).value == dt.date(2026, 3, 2)


@pytest.mark.parametrize("path", sorted(PROCEDURES.glob("*/*.dmn")), ids=lambda p: p.stem)
def test_the_tables_of_the_procedures_are_read(path: Path) -> None:
    assert read_dmn(path.read_bytes()).decisions[0].expression is not None


def test_the_risk_of_a_refund_is_decided() -> None:
    model = read_dmn((PROCEDURES / "vat_credit_refund" / "refund_risk.dmn").read_bytes())
    case = {"credit_rating": "A", "refund_amount": Decimal("80000.00"), "doubtful_invoices": Decimal(0)}
    decided = decide(model, case)
    assert (decided.value, decided.rows) == ("low", (4,))
    assert model.decisions[0].label("en") == "Risk of the refund"
    assert decide(model, {**case, "credit_rating": "D"}).value == "high"


def test_a_table_is_written_and_read_again() -> None:
    risk = DecisionTable(
        inputs=(
            Input("amount", "number", "金额", names={"en": "Amount"}),
            Input("rating", "string", allowed='"A", "B"'),
        ),
        outputs=(Output("risk", "string", "风险", '"low", "high"', '"high"', {"en": "Risk"}),),
        rules=(Rule(("< 100", '"A"'), ('"low"',), "小额 & <信用好>"), Rule(("-", "-"), ('"high"',))),
        hit_policy=HitPolicy.FIRST,
    )
    decision = Decision(id="risk", name="风险", variable="risk", names={"en": "Risk"}, expression=risk)
    model = DecisionModel(id="m", name="m", namespace="urn:test", decisions=(decision,))
    assert read_dmn(write_dmn(model)) == model
    assert decide(read_dmn(write_dmn(model)), {"amount": 5, "rating": "A"}).value == "low"


def test_control_characters_are_not_written() -> None:
    model = DecisionModel(id="m", name="a\0b", namespace="urn:test")
    with pytest.raises(Unwritable):
        write_dmn(model)


@pytest.mark.parametrize("path", sorted(PROCEDURES.glob("*/*.dmn")), ids=lambda p: p.stem)
def test_the_tables_of_the_procedures_have_no_problems(path: Path) -> None:
    model = read_dmn(path.read_bytes())
    assert read_dmn(write_dmn(model)) == model
    assert table_problems(model) == []


def test_public_decision_models_are_written_as_they_were_read(shared: Path) -> None:
    paths = sorted(shared.rglob("*.dmn"))
    for path in paths:
        model = read_dmn(path.read_bytes(), lenient=True)
        assert read_dmn(write_dmn(model), lenient=True) == model, path
    assert len(paths) > 90


@pytest.mark.parametrize(
    ("policy", "rows", "flaw", "numbers", "example"),
    [
        ("UNIQUE", (("< 5", "1"), ("> 5", "2")), Flaw.GAP, (), {"amount": "5"}),
        ("UNIQUE", (("<= 5", "1"), (">= 5", "2")), Flaw.OVERLAP, (1, 2), {"amount": "5"}),
        ("ANY", (("<= 5", "1"), (">= 5", "2")), Flaw.OVERLAP, (1, 2), {"amount": "5"}),
        ("UNIQUE", (('"a"', "1"), ('"b"', "2")), Flaw.GAP, (), {"amount": '"…"'}),
        ("FIRST", (("-", "1"), ("> 5", "2")), Flaw.IDLE, (2,), {}),
        ("FIRST", (("[1..5]", "1"), ("> 0", "1"), ("<= 0", "2"), ("2", "3")), Flaw.IDLE, (4,), {}),
        (
            "UNIQUE",
            (('< date("2026-01-01")', "1"), ('> date("2026-01-01")', "2")),
            Flaw.GAP,
            (),
            {"amount": "2026-01-01"},
        ),
        ("UNIQUE", (("true", "1"),), Flaw.GAP, (), {"amount": "false"}),
        ("UNIQUE", (("< limit", "1"),), Flaw.UNCHECKED, (), {}),
        ("UNIQUE", (("concatenate([1], [2])", "1"),), Flaw.UNCHECKED, (), {}),
        ("UNIQUE", (('< 5, "a"', "1"),), Flaw.UNCHECKED, (), {}),
    ],
)
def test_gaps_overlaps_and_idle_rows_are_found(
    policy: str, rows: tuple[tuple[str, str], ...], flaw: Flaw, numbers: tuple[int, ...], example: dict[str, str]
) -> None:
    (problem,) = table_problems(table(policy, *rows))
    assert (problem.flaw, problem.rows, problem.example) == (flaw, numbers, example)


@pytest.mark.parametrize("policy", ["ANY", "COLLECT", "RULE ORDER"])
def test_rows_that_agree_or_are_collected_may_overlap(policy: str) -> None:
    assert table_problems(table(policy, ("<= 5", "1"), (">= 5", "1"))) == []


@given(
    st.lists(st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 4)), min_size=1, max_size=4),
    st.integers(-1, 10),
)
def test_a_table_without_gaps_answers_everything(cells: list[tuple[str, int]], amount: int) -> None:
    model = table("FIRST", *((f"{sign} {bound}", "1") for sign, bound in cells))
    gaps = any(problem.flaw is Flaw.GAP for problem in table_problems(model))
    assert gaps or decide(model, {"amount": Decimal(amount) / 2}).value == 1


def test_a_thousand_rows_are_decided_like_one_by_one() -> None:
    rows = [(f"[{n * 10}..{n * 10 + 10})", str(n)) for n in range(1000)]
    model = table("UNIQUE", *rows)
    for amount in (0, 9, 10, 4999, 9999):
        assert decide(model, {"amount": amount}).value == amount // 10
    assert decide(model, {"amount": 10_000}).value is None


def imported(name: str, text: str) -> DecisionModel:
    """A model that imports another, which has the function `double` and the decision `base`."""
    other = read_dmn(
        f'<definitions xmlns="{NAMESPACES["1.5"]}" id="o" name="o" namespace="urn:other">'
        '<businessKnowledgeModel id="k" name="double"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
        "<literalExpression><text>n * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
        '<inputData id="i" name="amount"/><decision id="b" name="base"><informationRequirement>'
        '<requiredInput href="#i"/></informationRequirement><literalExpression><text>amount + 1</text></literalExpression>'
        "</decision></definitions>"
    )
    body = (
        f'<import name="{name}" namespace="urn:other" importType="{NAMESPACES["1.5"]}"/>'
        '<decision id="d" name="D"><informationRequirement><requiredDecision href="urn:other#b"/></informationRequirement>'
        '<knowledgeRequirement><requiredKnowledge href="urn:other#k"/></knowledgeRequirement>'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )
    return read_dmn(dmn(body), imports={"urn:other": other})


@pytest.mark.parametrize(("name", "text"), [("rules", "rules.double(rules.base)"), ("", "double(base)")])
def test_models_are_imported_with_and_without_a_name(name: str, text: str) -> None:
    assert decide(imported(name, text), {"amount": 3}).value == 8


def test_a_missing_import_is_named() -> None:
    with pytest.raises(UnreadableDecision, match="import rules was not given"):
        read_dmn(dmn('<import name="rules" namespace="urn:other" importType="x"/>'))
