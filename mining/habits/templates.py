"""The kinds of rules that a path can keep or break, as declare and the log skeleton have them, each defined by what it says of one path.

Pesic, Schonenberg, van der Aalst (EDOC 2007) for declare; Verbeek (IJSTTT 24, 2022) for the log skeleton's equivalence. A rule
says something of a path only where it is activated; elsewhere it is neither kept nor broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from mining.alignment import Trace


class Template(StrEnum):
    """`a` is the first activity of a rule, `b` the second."""

    EXISTENCE = "existence"  # a is done
    ABSENCE = "absence"  # a is not done
    AT_MOST_ONCE = "at_most_once"
    EXACTLY_ONCE = "exactly_once"
    INIT = "init"  # the case begins with a
    END = "end"  # the case ends with a
    RESPONDED_EXISTENCE = "responded_existence"  # with a also b
    CO_EXISTENCE = "co_existence"  # both or none
    RESPONSE = "response"  # after each a comes b
    PRECEDENCE = "precedence"  # before each b comes a
    SUCCESSION = "succession"  # both of them
    ALTERNATE_RESPONSE = "alternate_response"  # after each a comes b before the next a
    ALTERNATE_PRECEDENCE = "alternate_precedence"  # before each b comes a after the b before
    ALTERNATE_SUCCESSION = "alternate_succession"
    CHAIN_RESPONSE = "chain_response"  # right after each a comes b
    CHAIN_PRECEDENCE = "chain_precedence"  # right before each b comes a
    CHAIN_SUCCESSION = "chain_succession"
    NOT_CO_EXISTENCE = "not_co_existence"  # never both
    NOT_SUCCESSION = "not_succession"  # never b after a
    EQUALLY_OFTEN = "equally_often"  # a as often as b


UNARY = frozenset(list(Template)[:6])
SYMMETRIC = frozenset((Template.CO_EXISTENCE, Template.NOT_CO_EXISTENCE, Template.EQUALLY_OFTEN))
BOTH = {  # what says two things at once
    Template.SUCCESSION: (Template.RESPONSE, Template.PRECEDENCE),
    Template.ALTERNATE_SUCCESSION: (Template.ALTERNATE_RESPONSE, Template.ALTERNATE_PRECEDENCE),
    Template.CHAIN_SUCCESSION: (Template.CHAIN_RESPONSE, Template.CHAIN_PRECEDENCE),
}
BY_SECOND = frozenset((Template.PRECEDENCE, Template.ALTERNATE_PRECEDENCE, Template.CHAIN_PRECEDENCE))
BY_EITHER = SYMMETRIC | frozenset(BOTH)


def activated(template: Template, path: Trace, a: str, b: str | None = None) -> bool:
    """Whether the rule says anything of this path."""
    if template in UNARY:
        return True
    if template in BY_EITHER:
        return a in path or b in path
    return (b if template in BY_SECOND else a) in path


def keeps(template: Template, path: Trace, a: str, b: str = "") -> bool:
    """Whether the path keeps the rule; true where it is not activated."""
    if template in BOTH:
        return all(keeps(part, path, a, b) for part in BOTH[template])
    return not activated(template, path, a, b) or _SAYS[template](path, a, b)


def _next(path: Trace, a: str, b: str) -> list[bool]:
    """Of each a, whether b comes before the next a."""
    return [b in path[at + 1 : _until(path, a, at)] for at, step in enumerate(path) if step == a]


def _until(path: Trace, a: str, at: int) -> int:
    return path.index(a, at + 1) if a in path[at + 1 :] else len(path)


_SAYS: Mapping[Template, Callable[[Trace, str, str], bool]] = {
    Template.EXISTENCE: lambda path, a, _: a in path,
    Template.ABSENCE: lambda path, a, _: a not in path,
    Template.AT_MOST_ONCE: lambda path, a, _: path.count(a) <= 1,
    Template.EXACTLY_ONCE: lambda path, a, _: path.count(a) == 1,
    Template.INIT: lambda path, a, _: path[:1] == (a,),
    Template.END: lambda path, a, _: path[-1:] == (a,),
    Template.RESPONDED_EXISTENCE: lambda path, _, b: b in path,
    Template.CO_EXISTENCE: lambda path, a, b: a in path and b in path,
    Template.RESPONSE: lambda path, a, b: b in path[len(path) - path[::-1].index(a) :],
    Template.PRECEDENCE: lambda path, a, b: a in path[: path.index(b)],
    Template.ALTERNATE_RESPONSE: lambda path, a, b: all(_next(path, a, b)),
    Template.ALTERNATE_PRECEDENCE: lambda path, a, b: all(_next(path[::-1], b, a)),
    Template.CHAIN_RESPONSE: lambda path, a, b: all(path[n + 1 : n + 2] == (b,) for n, s in enumerate(path) if s == a),
    Template.CHAIN_PRECEDENCE: lambda path, a, b: all(n and path[n - 1] == a for n, s in enumerate(path) if s == b),
    Template.NOT_CO_EXISTENCE: lambda path, a, b: not (a in path and b in path),
    Template.NOT_SUCCESSION: lambda path, a, b: b not in path[path.index(a) + 1 :],
    Template.EQUALLY_OFTEN: lambda path, a, b: path.count(a) == path.count(b),
}
