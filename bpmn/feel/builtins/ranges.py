"""Ranges from text, and how ranges and points lie to each other (DMN 1.5, tables 70 and 78)."""

from __future__ import annotations

import re

from bpmn.feel.calling import BUILTINS, builtin, invoke
from bpmn.feel.comparing import contains, equal, ordered
from bpmn.feel.lexing import unescape
from bpmn.feel.running import Run
from bpmn.feel.temporal import from_text
from bpmn.feel.values import Range, Undefined, Value

_END = r'\s*(-?[\d.]+|@?"(?:[^"\\]|\\.)*"|(?:date|time|date and time|duration)\(\s*"[^"]*"\s*\))\s*'
_RANGE = re.compile(rf"\s*([\[\](]){_END}\.\.{_END}([\])\[])\s*", re.ASCII)


@builtin("range", "from: string")
def range_from_text(run: Run, text: str) -> Range:
    """`[1..3]` with ends that are literals, or dates, times and durations made of one literal."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise Undefined(f'"{text[:60]}" is no range such as [1..3].')
    opening, low, high, closing = match.groups()
    ends = [_end(run, low), _end(run, high)]
    if type(ends[0]) is not type(ends[1]):
        raise Undefined("The ends of a range have one type.")
    return make_range(ends[0], ends[1], opening == "[", closing == "]")


def _end(run: Run, text: str) -> Value:
    if text.startswith('"'):
        return unescape(text[1:-1], text, 0)
    if text.startswith("@"):
        return from_text(text[2:-1])
    if text.endswith(")"):
        name, _, argument = text.partition("(")
        return invoke(run, BUILTINS[name], [argument.rstrip(")").strip()[1:-1]])
    return invoke(run, BUILTINS["number"], [text])


def make_range(low: Value, high: Value, low_included: bool, high_included: bool) -> Range:
    """An interval of two ends that have an order; raises Undefined."""
    if low is not None and high is not None and not ordered("<=", low, high):
        raise Undefined("A range goes from the smaller to the larger end.")
    return Range(low, high, low_included and low is not None, high_included and high is not None)


def _same(run: Run, one: Value, other: Value) -> bool:
    return equal(one, other, run) is True


def _definite(answer: bool | None) -> bool:
    if answer is None:
        raise Undefined("The values cannot be compared.")
    return answer


def _ends_before(run: Run, one: Range, other: Range) -> bool:
    """one lies wholly before other."""
    if one.high is None or other.low is None:
        return False
    if _same(run, one.high, other.low):
        return not (one.high_included and other.low_included)
    return ordered("<", one.high, other.low)


@builtin("before", "range1: range, range2: range")
def before(run: Run, one: Range, other: Range) -> bool:
    return _ends_before(run, one, other)


@builtin("before", "range: range, point: Any")
def range_before_point(run: Run, range: Range, point: Value) -> bool:
    return ordered("<", range.high, point) or (not range.high_included and _same(run, range.high, point))


@builtin("before", "point: Any, range: range")
def point_before_range(run: Run, point: Value, range: Range) -> bool:
    return ordered("<", point, range.low) or (not range.low_included and _same(run, range.low, point))


@builtin("before", "point1: Any, point2: Any")
def point_before(run: Run, one: Value, other: Value) -> bool:
    return ordered("<", one, other)


@builtin("after", "range1: range, range2: range")
def after(run: Run, one: Range, other: Range) -> bool:
    return _ends_before(run, other, one)


@builtin("after", "range: range, point: Any")
def range_after_point(run: Run, range: Range, point: Value) -> bool:
    return point_before_range(run, point, range)


@builtin("after", "point: Any, range: range")
def point_after_range(run: Run, point: Value, range: Range) -> bool:
    return range_before_point(run, range, point)


@builtin("after", "point1: Any, point2: Any")
def point_after(run: Run, one: Value, other: Value) -> bool:
    return ordered(">", one, other)


@builtin("meets", "range1: range, range2: range")
def meets(run: Run, one: Range, other: Range) -> bool:
    return one.high_included and other.low_included and _same(run, one.high, other.low)


@builtin("met by", "range1: range, range2: range")
def met_by(run: Run, one: Range, other: Range) -> bool:
    return meets(run, other, one)


@builtin("overlaps", "range1: range, range2: range")
def overlaps(run: Run, one: Range, other: Range) -> bool:
    return not _ends_before(run, one, other) and not _ends_before(run, other, one)


@builtin("overlaps before", "range1: range, range2: range")
def overlaps_before(run: Run, one: Range, other: Range) -> bool:
    starts_first = ordered("<", one.low, other.low) or (
        _same(run, one.low, other.low) and one.low_included and not other.low_included
    )
    ends_first = ordered("<", one.high, other.high) or (
        _same(run, one.high, other.high) and (not one.high_included or other.high_included)
    )
    return starts_first and ends_first and not _ends_before(run, one, other)


@builtin("overlaps after", "range1: range, range2: range")
def overlaps_after(run: Run, one: Range, other: Range) -> bool:
    return overlaps_before(run, other, one)


@builtin("finishes", "range1: range, range2: range")
def finishes(run: Run, one: Range, other: Range) -> bool:
    return (
        one.high_included == other.high_included
        and _same(run, one.high, other.high)
        and (
            ordered(">", one.low, other.low)
            or (_same(run, one.low, other.low) and (not one.low_included or other.low_included))
        )
    )


@builtin("finishes", "point: Any, range: range")
def point_finishes(run: Run, point: Value, range: Range) -> bool:
    return range.high_included and _definite(equal(range.high, point, run))


@builtin("finished by", "range1: range, range2: range")
def finished_by(run: Run, one: Range, other: Range) -> bool:
    return finishes(run, other, one)


@builtin("finished by", "range: range, point: Any")
def finished_by_point(run: Run, range: Range, point: Value) -> bool:
    return point_finishes(run, point, range)


@builtin("includes", "range1: range, range2: range")
def includes(run: Run, one: Range, other: Range) -> bool:
    from_start = ordered("<", one.low, other.low) or (
        _same(run, one.low, other.low) and (one.low_included or not other.low_included)
    )
    to_end = ordered(">", one.high, other.high) or (
        _same(run, one.high, other.high) and (one.high_included or not other.high_included)
    )
    return from_start and to_end


@builtin("includes", "range: range, point: Any")
def includes_point(run: Run, range: Range, point: Value) -> bool:
    return _definite(contains(range, point, run))


@builtin("during", "range1: range, range2: range")
def during(run: Run, one: Range, other: Range) -> bool:
    return includes(run, other, one)


@builtin("during", "point: Any, range: range")
def point_during(run: Run, point: Value, range: Range) -> bool:
    return _definite(contains(range, point, run))


@builtin("starts", "range1: range, range2: range")
def starts(run: Run, one: Range, other: Range) -> bool:
    return (
        one.low_included == other.low_included
        and _same(run, one.low, other.low)
        and (
            ordered("<", one.high, other.high)
            or (_same(run, one.high, other.high) and (not one.high_included or other.high_included))
        )
    )


@builtin("starts", "point: Any, range: range")
def point_starts(run: Run, point: Value, range: Range) -> bool:
    return range.low_included and _definite(equal(range.low, point, run))


@builtin("started by", "range1: range, range2: range")
def started_by(run: Run, one: Range, other: Range) -> bool:
    return starts(run, other, one)


@builtin("started by", "range: range, point: Any")
def started_by_point(run: Run, range: Range, point: Value) -> bool:
    return point_starts(run, point, range)


@builtin("coincides", "range1: range, range2: range")
def coincides(run: Run, one: Range, other: Range) -> bool:
    sides = (one.low_included, one.high_included) == (other.low_included, other.high_included)
    return sides and _same(run, one.low, other.low) and _same(run, one.high, other.high)


@builtin("coincides", "point1: Any, point2: Any")
def points_coincide(run: Run, one: Value, other: Value) -> bool:
    return _definite(equal(one, other, run))
