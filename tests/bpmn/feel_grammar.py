"""Writes any expression of the grammar of FEEL (DMN 1.5, chapter 10.3.1), well typed or not, as hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from bpmn.feel.builtins import BUILTIN_NAMES

Texts = st.SearchStrategy[str]

_NAMES = st.sampled_from(["a", "b", "item", "partial", "x", "?", "税额", "Monthly Salary", "net-amount", "unknown"])
_KEYS = _NAMES | st.sampled_from(['"a key"', '""', "days", "start"])
_FUNCTIONS = st.sampled_from(sorted(BUILTIN_NAMES))
_NUMBERS = st.sampled_from(["0", "1", "3", "-2", ".5", "1.50", "1e3", "9" * 34, "1e6000", "1e-6000", "0.1"])
_STRINGS = st.sampled_from(
    ['""', '"a"', '"(a+)+$"', '"\\u4e2d\\n"', '"2026-01-31"', '"P1D"', '"[1..3]"', '"\\U01F40E"']
)
_MOMENTS = st.sampled_from(
    [
        *('"2026-01-31"', '"0001-01-01"', '"9999-12-31"', '"-999999999-01-01"', '"2026-02-30"', '"10:00:00"'),
        *('"10:00:00Z"', '"23:59:59.999@Asia/Shanghai"', '"2026-01-31T24:00:00"', '"2026-03-29T02:30:00@Europe/Paris"'),
        *('"P1D"', '"-PT36H"', '"P1Y6M"', '"P999999999D"', '"nothing"'),
    ]
).map("@{}".format)
_LITERALS = _NUMBERS | _STRINGS | _MOMENTS | st.sampled_from(["true", "false", "null"])
_SIGNS = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
_COMPARING = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
_OPEN, _SHUT = st.sampled_from("[(]"), st.sampled_from("])[")
_PLAIN_TYPES = st.sampled_from(
    ["number", "string", "date and time", "Any", "Null", "list", "context", "function", "tThing"]
)
types: Texts = st.recursive(
    _PLAIN_TYPES,
    lambda inner: st.one_of(
        inner.map("list<{}>".format),
        inner.map("range<{}>".format),
        st.builds("context<a: {}, Monthly Salary: {}>".format, inner, inner),
        st.builds("function<{}, {}> -> {}".format, inner, inner, inner),
    ),
    max_leaves=4,
)


def _several(inner: Texts, at_least: int = 0) -> Texts:
    return st.lists(inner, min_size=at_least, max_size=3).map(", ".join)


def _iterations(inner: Texts) -> Texts:
    one = st.builds("{} in {}".format, _NAMES, inner) | st.builds("{} in {}..{}".format, _NAMES, inner, inner)
    return _several(one, 1)


def _tests(inner: Texts) -> Texts:
    positive = inner | st.builds("{} {}".format, _COMPARING, inner)
    listed = _several(positive, 1)
    return st.just("-") | listed | listed.map("not({})".format)


def _operations(inner: Texts) -> Texts:
    return st.one_of(
        st.builds("{} {} {}".format, inner, _SIGNS, inner),
        st.builds("-{}".format, inner),
        st.builds("({})".format, inner),
        st.builds("{} between {} and {}".format, inner, inner, inner),
        st.builds("{} in {}".format, inner, inner),
        st.builds("{} in ({})".format, inner, _tests(inner)),
        st.builds("{} instance of {}".format, inner, types),
    )


def _reaching(inner: Texts) -> Texts:
    arguments = _several(inner)
    given = _several(st.builds("{}: {}".format, _NAMES, inner), 1)
    return st.one_of(
        st.builds("{}.{}".format, inner, _NAMES | st.sampled_from(["year", "start included", "time offset"])),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}({})".format, _FUNCTIONS | _NAMES, arguments),
        st.builds("({})({})".format, inner, arguments),
        st.builds("{}({})".format, _FUNCTIONS, given),
    )


def _compounds(inner: Texts) -> Texts:
    parameters = _several(_NAMES | st.builds("{}: {}".format, _NAMES, types))
    return st.one_of(
        st.builds("if {} then {} else {}".format, inner, inner, inner),
        st.builds("for {} return {}".format, _iterations(inner), inner),
        st.builds("{} {} satisfies {}".format, st.sampled_from(["some", "every"]), _iterations(inner), inner),
        st.builds("function({}) {}".format, parameters, inner),
        st.builds('function(x) external {{java: {{class: "java.lang.Math", method signature: "{}"}}}}'.format, _NAMES),
        _several(inner).map("[{}]".format),
        _several(st.builds("{}: {}".format, _KEYS, inner)).map("{{{}}}".format),
        st.builds("{}{}..{}{}".format, _OPEN, inner, inner, _SHUT),
        st.builds("({} {})".format, _COMPARING, inner),
        st.builds("{} /* remark */".format, inner),
    )


expressions: Texts = st.recursive(
    _LITERALS | _NAMES, lambda inner: _operations(inner) | _reaching(inner) | _compounds(inner), max_leaves=14
)
unary_tests: Texts = _tests(expressions)
