"""A problem: a named rule that an element breaks, why it matters, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # a case would fail, hang or go where nobody meant it to
    WARNING = "warning"  # it runs, but a person should look


@dataclass(frozen=True, slots=True)
class Problem:
    """`message` and `remedy` are English sentences; `rule` is the key of their translation.

    `path` are the ids of the nodes that a case passes before it meets the problem, where there is such a path.
    """

    rule: str
    element: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
    path: tuple[str, ...] = ()


def warning(rule: str, element: str, message: str, remedy: str) -> Problem:
    return Problem(rule, element, message, remedy, Severity.WARNING)
