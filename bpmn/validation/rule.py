"""A rule: its name, what it says about an element that breaks it, the way out, and how such elements are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bpmn.validation.problem import Problem, Severity
from bpmn.validation.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Breach:
    """An element that breaks a rule, and the words of the rule's sentence that are particular to it."""

    element: str
    words: Mapping[str, object] = field(default_factory=dict)
    path: tuple[str, ...] = ()


Search: TypeAlias = Callable[[Sheet], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`message` and `remedy` are sentences in which `{element}` and the words of a breach stand in braces."""

    name: str
    message: str
    remedy: str
    search: Search
    severity: Severity = Severity.ERROR

    def problems(self, sheet: Sheet) -> Iterator[Problem]:
        return (self.problem(breach) for breach in self.search(sheet))

    def problem(self, breach: Breach, more: str = "") -> Problem:
        """The problem of one breach, with more to say after the rule's own sentence."""
        words = {"element": breach.element, **breach.words}
        message, remedy = self.message.format(**words) + more, self.remedy.format(**words)
        return Problem(self.name, breach.element, message, remedy, self.severity, breach.path)


def advice(name: str, message: str, remedy: str, search: Search) -> Rule:
    """A rule that does not stop a case, but that a person should look at."""
    return Rule(name, message, remedy, search, Severity.WARNING)


def at(element: str, /, **words: object) -> Breach:
    return Breach(element, words)
