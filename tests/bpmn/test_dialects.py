"""Expressions of other engines mean the same in FEEL, or are refused with the place and the reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.dialects import GRAMMARS, Untranslatable, constant_or, translated
from bpmn.dialects.grammars import GROOVY, JAVASCRIPT, JUEL, PYTHON, Grammar
from bpmn.dialects.translating import translate
from bpmn.feel import evaluate


@pytest.mark.parametrize(
    ("text", "language", "as_feel"),
    [
        ("${approved}", None, "approved"),
        ("${approved == true && days > 3}", None, "approved = true and days > 3"),
        ("#{outcome == 'pass' || !(late)}", None, 'outcome = "pass" or not(late)'),
        ("${!approved}", None, "not(approved)"),
        ("${amount ge 500000.5}", None, "amount >= 500000.5"),
        ('${form.result != "同意"}', None, 'form.result != "同意"'),
        ("${a ? b : c}", None, "if a then b else c"),
        ("${nrOfCompletedInstances/nrOfInstances >= 0.6}", None, "nrOfCompletedInstances / nrOfInstances >= 0.6"),
        ("${execution.getVariable('n') > 1}", None, "n > 1"),
        ("process.variables.x\n !== 'ada'", None, 'x != "ada"'),
        ("x == 5 and not y in ['a', 'b']", None, 'x = 5 and not(list contains(["a", "b"], y))'),
        ("1 < x < 5", "python", "1 < x and x < 5"),
        ("y is not None", None, "y != null"),
        ("a && b || c == 3 + 4 * 2", "text/javascript", "a and b or c = 3 + 4 * 2"),
        ("a - (b - c) > -d", "groovy", "a - (b - c) > -d"),
        ('name.equals("x")', "groovy", 'name = "x"'),
        ("amount > 5 and not(late)", None, None),
        ("approved", "http://www.w3.org/1999/XPath", None),
    ],
)
def test_what_is_certain_is_translated(text: str, language: str | None, as_feel: str | None) -> None:
    assert translated(text, language) == as_feel


@pytest.mark.parametrize(
    ("text", "language", "position", "reason"),
    [
        ("${bean.check(case)}", None, 17, "'check'"),
        ("${a} and ${b}", None, 0, "inside"),
        ("${a % 2 == 0}", None, 4, "remainder"),
        ("a == b == c", "javascript", 7, "comparison of a comparison"),
        ("x = 5; return x", "groovy", 2, "'='"),
        ("Service Level == 'Premium'", None, 8, "Level"),
        ("a.b['c'] == 1", "python", 3, "list"),
        ("x in ('a')", "python", 10, "no list"),
        ("then == 3", "javascript", 0, "names of FEEL"),
        ("x ==", "python", 4, "value"),
        ("late == not late", "python", 8, "brackets"),
        ("- not late", "python", 2, "brackets"),
        ("${}", None, 2, "value"),
        ("new Date() > x", "javascript", 0, "program"),
        ("(" * 80 + "a" + ")" * 80, "python", 51, "deep"),
    ],
)
def test_what_is_not_certain_is_refused_where_it_stands(
    text: str, language: str | None, position: int, reason: str
) -> None:
    with pytest.raises(Untranslatable, match=reason) as refused:
        translated(text, language)
    assert refused.value.position == position and str(refused.value).endswith(").")


def test_an_attribute_is_a_text_or_an_expression() -> None:
    assert constant_or('say "x"\\') == '"say \\"x\\"\\\\"'
    assert constant_or("${boss}") == "boss"
    with pytest.raises(Untranslatable):
        constant_or("${a}-${b}")


# --- the law: what a tiny interpreter says of an expression, FEEL says of its translation ----------------------------

NUMBERS, FLAGS, WORDS = ("amount", "days"), ("late", "approved"), ("risk", "kind")
Tree = tuple[Any, ...]

numbers = st.recursive(
    st.sampled_from([("name", n) for n in NUMBERS]) | st.integers(0, 9).map(lambda n: ("number", n)),
    lambda inner: st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner) | st.tuples(st.just("minus"), inner),
    max_leaves=4,
)
words = st.sampled_from([("name", w) for w in WORDS]) | st.sampled_from(["high", "低"]).map(lambda w: ("text", w))
comparisons = (
    st.tuples(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers, numbers)
    | st.tuples(st.sampled_from(["==", "!="]), words, words)
    | st.sampled_from([("name", f) for f in FLAGS])
)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.tuples(st.sampled_from(["and", "or"]), inner, inner)
        | st.tuples(st.just("not"), inner)
        | st.tuples(st.just("if"), inner, inner, inner)
    ),
    max_leaves=6,
)
contexts = st.fixed_dictionaries(
    {name: st.integers(-9, 9).map(Decimal) for name in NUMBERS}
    | {name: st.booleans() for name in FLAGS}
    | {name: st.sampled_from(["high", "low", "低"]) for name in WORDS}
)


def value(tree: Tree, context: dict[str, Any]) -> Any:
    kind, *inner = tree
    if kind == "name":
        return context[inner[0]]
    if kind in ("number", "text"):
        return inner[0]
    if kind == "if":
        return value(inner[1], context) if value(inner[0], context) else value(inner[2], context)
    if kind in ("not", "minus"):
        return not value(inner[0], context) if kind == "not" else -value(inner[0], context)
    one, two = value(inner[0], context), value(inner[1], context)
    return _MEANING[kind](one, two)


_MEANING: dict[str, Any] = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def spelled(tree: Tree, grammar: Grammar) -> str:
    kind, *inner = tree
    if kind in ("name", "number"):
        return str(inner[0])
    if kind == "text":
        return f"'{inner[0]}'"
    parts = [spelled(each, grammar) for each in inner]
    if kind == "if":
        return (
            f"({parts[1]} if {parts[0]} else {parts[2]})"
            if grammar is PYTHON
            else f"({parts[0]} ? {parts[1]} : {parts[2]})"
        )
    if kind == "not":
        return f"(not {parts[0]})" if grammar is PYTHON else f"!({parts[0]})"
    if kind == "minus":
        return f"-({parts[0]})"
    sign = kind if grammar in (PYTHON, JUEL) else {"and": "&&", "or": "||"}.get(kind, kind)
    return f"({parts[0]} {sign} {parts[1]})"


@given(conditions, contexts, st.sampled_from(GRAMMARS))
@settings(max_examples=120)
def test_a_translation_decides_as_the_original(tree: Tree, context: dict[str, Any], grammar: Grammar) -> None:
    text = spelled(tree, grammar)
    assert evaluate(translate(text, grammar, 0, len(text)), context) is bool(value(tree, context)), text


@given(
    st.lists(
        st.sampled_from(["late", "and", "not late", "or", "==", "amount", "5", "<", "days"]), min_size=1, max_size=9
    )
)
@settings(max_examples=120)
def test_without_brackets_it_binds_as_in_its_own_language(pieces: list[str]) -> None:
    text = " ".join(pieces)
    context = {"amount": Decimal(3), "days": Decimal(7), "late": True}
    try:
        ours = translate(text, PYTHON, 0, len(text))
    except Untranslatable:
        return
    theirs = eval(compile(text, "<test>", "eval"), {"__builtins__": {}}, context)
    found = evaluate(ours, context)
    decided = bool(theirs) if isinstance(found, bool) else theirs  # Python's `3 or True` is 3, which holds as well
    assert found is None or found == decided, (text, ours)


@given(
    st.text(alphabet="ab1 ()[]!=<>&|+-*/%?:.,'\"${}not", max_size=24),
    st.sampled_from((JUEL, JAVASCRIPT, GROOVY, PYTHON)),
)
@settings(max_examples=150)
def test_any_text_is_translated_or_refused(text: str, grammar: Grammar) -> None:
    try:
        translate(text, grammar, 0, len(text))
    except Untranslatable as refused:
        assert 0 <= refused.position <= len(text) and refused.reason
