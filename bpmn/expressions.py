"""Expressions as files write them, and as FEEL.

A file may write `=amount > 5` (Camunda 8), a plain ISO 8601 time `P5D`, or a quoted one (SpiffWorkflow); FEEL wants
`amount > 5` and `duration("P5D")`. What is in another language stays as it is written, for `problems` to name.
"""

from __future__ import annotations

import re

from bpmn.model import Assignment, Timer, TimerKind

_DURATION = r"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_DATE = r"-?\d{4,9}-\d\d-\d\d"
_TIME = r"T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d|@[\w/+-]+)?"
_CYCLE = r"R\d*/[^\"\s]+"
_LITERALS = (
    (re.compile(_DURATION), 'duration("{}")'),
    (re.compile(_DATE + _TIME), 'date and time("{}")'),
    (re.compile(_DATE), 'date("{}")'),
    (re.compile(_CYCLE), '"{}"'),
)
_LINE = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)\s*(.*\S)\s*")


def feel(text: str) -> str:
    """The expression without surrounding blanks and without the `=` that marks FEEL in Camunda 8."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


def time_expression(text: str) -> str:
    """A time in a file as FEEL: a plain or quoted ISO 8601 value becomes a literal."""
    text = feel(text)
    value = text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"" else text
    for pattern, literal in _LITERALS:
        if pattern.fullmatch(value):
            return literal.format(value)
    return text


def plain_time(expression: str) -> str:
    """FEEL as a file writes it for other tools, which expect plain ISO 8601; the inverse of `time_expression`."""
    for pattern, literal in _LITERALS:
        before, _, after = literal.partition("{}")
        value = expression[len(before) : len(expression) - len(after)]
        if expression == f"{before}{value}{after}" and pattern.fullmatch(value):
            return value
    return expression


def due_timer(expression: str | None, working: bool) -> Timer | None:
    """When something is due: a literal date is one, whatever else counts as a span of time until its value is known."""
    if not expression:
        return None
    text = time_expression(expression)
    return Timer(
        TimerKind.DATE if text.startswith("date") and text.endswith('")') else TimerKind.DURATION, text, working
    )


def assignments(script: str) -> tuple[Assignment, ...] | None:
    """The lines `name = expression` of a FEEL script, or None if it has other lines. A line may go on in the next."""
    found: list[Assignment] = []
    for line in filter(str.strip, script.splitlines()):
        match = _LINE.fullmatch(line)
        if match and not line[0].isspace():
            found.append(Assignment(match[1], match[2]))
        elif found and line[0].isspace():
            found[-1] = Assignment(found[-1].name, f"{found[-1].expression}\n{line.strip()}")
        else:
            return _flush_left(script)
    return tuple(found)


def _flush_left(script: str) -> tuple[Assignment, ...] | None:
    """The same for a script that is indented as a whole."""
    lines = [line.strip() for line in script.splitlines() if line.strip()]
    matches = [_LINE.fullmatch(line) for line in lines]
    found = tuple(Assignment(match[1], match[2]) for match in matches if match)
    return found if len(found) == len(lines) else None


def script_text(script: tuple[Assignment, ...]) -> str:
    """The script that `assignments` reads back."""
    return "\n".join(f"{line.name} = " + line.expression.replace("\n", "\n  ") for line in script)
