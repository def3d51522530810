"""Evaluates expressions: compiles them once, keeps a bounded number of them, and says what went wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from bpmn.feel.compiling import Closure, close
from bpmn.feel.errors import FeelError, TooExpensive, Undecided
from bpmn.feel.free_names import free_names, held_against_null
from bpmn.feel.free_names import unknown_functions as called_in_vain
from bpmn.feel.known_names import special_names
from bpmn.feel.parsing import read_expression, read_unary_tests
from bpmn.feel.running import Run, Scope, Warned
from bpmn.feel.syntax import Node
from bpmn.feel.values import SCALARS, Value, accept, kind

COMPILED_AT_ONCE = 2048
_ACCEPTED = SCALARS - {Decimal}  # a Decimal may be infinite, which `accept` refuses


@dataclass(frozen=True)
class Outcome:
    """A value, and why parts of the expression became null on the way."""

    value: Value
    warnings: tuple[Warned, ...]


@dataclass(frozen=True)
class Compiled:
    """An expression that is ready to run; call it with a context, and with `now` where it asks for the time."""

    text: str
    tree: Node
    closure: Closure

    @cached_property
    def names(self) -> frozenset[str]:
        """The free variables."""
        return free_names(self.tree)

    def __call__(self, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> Value:
        return self.run(self._accepted(context), Run(now))

    def examine(self, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> Outcome:
        """The value together with the warnings."""
        run = Run(now)
        value = self.run(self._accepted(context), run)
        return Outcome(value, tuple(run.warnings))

    def truth(self, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> bool:
        """Exactly true or false; anything else raises Undecided, which names what was missing."""
        run = Run(now)
        value = self.run(self._accepted(context), run)
        if value is True or value is False:
            return value
        raise self._undecided(value, context, run.warnings)

    def run(self, names: dict[str, Value], run: Run, outer: Scope | None = None) -> Value:
        """Evaluates with names whose values are FEEL values already."""
        try:
            return run.result(self.closure(Scope(names, outer, run)))
        except RecursionError as error:
            raise TooExpensive("The evaluation calls itself too deeply.", self.text, 0) from error
        except TooExpensive as error:
            raise error if error.text else TooExpensive(error.message, self.text, 0) from error

    def _accepted(self, context: Mapping[str, Any]) -> dict[str, Value]:
        """The variables that the expression reads, as FEEL values."""
        accepted = {}
        for name in self._read:
            if name in context:
                value = context[name]
                accepted[name] = value if type(value) in _ACCEPTED else accept(value)
        return accepted

    @cached_property
    def _read(self) -> tuple[str, ...]:
        return (*self.names, "?")

    def _undecided(self, value: Value, context: Mapping[str, Any], warnings: list[Warned]) -> Undecided:
        missing = tuple(sorted(name for name in self.names if context.get(name) is None))
        position = warnings[0].position if warnings else 0
        reason = f": {'; '.join(dict.fromkeys(w.message for w in warnings))}" if warnings else ""
        lack = f" {', '.join(missing)} {'has' if len(missing) == 1 else 'have'} no value." if missing else ""
        found = "null" if value is None else f"a {kind(value)}"
        return Undecided(
            f"The condition is neither true nor false but {found}{reason}.{lack}", self.text, position, missing
        )


def parse(text: str, known: Iterable[str] = ()) -> Node:
    """The syntax tree; `known` are names that hold operators or keywords. Raises UnreadableExpression, TooExpensive."""
    return read_expression(text, known)


def compile(text: str, known: Iterable[str] = ()) -> Compiled:
    """The expression, ready to run. Equal calls share one result."""
    return _compile(text, frozenset(known))


@lru_cache(maxsize=COMPILED_AT_ONCE)
def _compile(text: str, known: frozenset[str]) -> Compiled:
    tree = read_expression(text, sorted(known))
    return Compiled(text, tree, close(tree))


@lru_cache(maxsize=COMPILED_AT_ONCE)
def _compile_tests(text: str, known: frozenset[str]) -> Compiled:
    tree = read_unary_tests(text, sorted(known))
    return Compiled(text, tree, close(tree))


def evaluate(text: str, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> Value:
    """The value of the expression; null where FEEL says null (`examine` tells why). Raises FeelError for text that is no FEEL."""
    return _compile(text, special_names(context))(context, now=now)


def examine(text: str, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> Outcome:
    """The value together with the warnings."""
    return _compile(text, special_names(context)).examine(context, now=now)


def truth(text: str, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> bool:
    """A condition's answer, exactly true or false; anything else raises Undecided, which names what was missing."""
    return _compile(text, special_names(context)).truth(context, now=now)


def unary_test(text: str, value: Any, context: Mapping[str, Any], *, now: dt.datetime | None = None) -> bool:
    """Does the value pass the cell of a decision table?"""
    return _compile_tests(text, special_names(context))({**context, "?": value}, now=now) is True


def names(text: str, known: Iterable[str] = (), *, in_filters: bool = True) -> frozenset[str]:
    """The free variables of the expression.

    In `list[price > limit]` both names are reported, since either may be a variable or a member of the items; without `in_filters`
    neither is.
    """
    return free_names(compile(text, known).tree, in_filters=in_filters)


def null_tests(text: str, known: Iterable[str] = ()) -> frozenset[str]:
    """The variables of which the expression asks whether they are null."""
    return held_against_null(compile(text, known).tree)


def unknown_functions(text: str, known: Iterable[str] = ()) -> frozenset[str]:
    """The functions that the expression calls and that nobody knows: each of these calls would be null."""
    return called_in_vain(compile(text, known).tree)


__all__ = [
    "Compiled",
    "FeelError",
    "Outcome",
    "compile",
    "evaluate",
    "examine",
    "names",
    "null_tests",
    "parse",
    "truth",
    "unary_test",
    "unknown_functions",
]
