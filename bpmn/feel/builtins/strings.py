"""Functions of strings (DMN 1.5, table 72); characters are code points."""

from __future__ import annotations

from decimal import Decimal

from bpmn.feel import regex
from bpmn.feel.calling import builtin
from bpmn.feel.running import Run
from bpmn.feel.values import Undefined, Value


def position_from(start: Decimal, length: int) -> int:
    """The index for a FEEL position: 1 is the first, -1 the last."""
    if not 1 <= abs(start) <= length:
        raise Undefined(f"There is no position {start} in {length}.")
    index = int(start)
    return index - 1 if index > 0 else length + index


@builtin("substring", "string: string, start position: number, length?: number")
def substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> str:
    first = position_from(start, len(string))
    if length is not None and length < 1:
        raise Undefined("The length of a substring is at least 1.")
    return string[first:] if length is None else string[first : first + int(min(length, Decimal(len(string))))]


@builtin("string length", "string: string")
def string_length(run: Run, string: str) -> Decimal:
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(run: Run, string: str) -> str:
    return run.string(string.upper())


@builtin("lower case", "string: string")
def lower_case(run: Run, string: str) -> str:
    return run.string(string.lower())


@builtin("trim", "string: string")
def trim(run: Run, string: str) -> str:
    return string.strip()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> bool:
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(run: Run, string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(run: Run, string: str, match: str) -> bool:
    return string.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string|null")
def matches(run: Run, input: str, pattern: str, flags: str | None = None) -> bool:
    return next(regex.find(run, regex.compile(pattern, flags or ""), input), None) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string|null")
def replace(run: Run, input: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return run.string(regex.replace(run, regex.compile(pattern, flags or ""), input, replacement))


@builtin("split", "string: string, delimiter: string")
def split(run: Run, string: str, delimiter: str) -> list[Value]:
    return run.list(regex.split(run, regex.compile(delimiter, ""), string))


@builtin("string join", "list: list, delimiter?: string|null")
def string_join(run: Run, list: list[Value], delimiter: str | None = None) -> str:
    texts = [item for item in list if item is not None]
    if any(type(item) is not str for item in texts):
        raise Undefined("Only strings can be joined.")
    size = sum(map(len, texts)) + len(delimiter or "") * len(texts)
    run.string("x" * min(size, 200_000)) if size > 10_000 else run.charge(len(texts))
    return (delimiter or "").join(texts)


@builtin("string join", "list: list, delimiter: string|null, prefix: string|null, suffix: string|null")
def string_join_between(
    run: Run, list: list[Value], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str:
    return run.string((prefix or "") + string_join(run, list, delimiter) + (suffix or ""))
