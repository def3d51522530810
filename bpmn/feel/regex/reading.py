"""Reads the text of a regular expression (XPath and XQuery Functions 3.1, chapter 5.6.1) into a tree."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.feel.regex import characters as c
from bpmn.feel.values import Undefined

DEEPEST = 40
LONGEST_PATTERN = 2000
MOST_REPEATS = 1000


@dataclass(frozen=True, slots=True)
class One:
    test: c.Class


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Tree
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    number: int
    part: Tree


@dataclass(frozen=True, slots=True)
class Reference:
    number: int


@dataclass(frozen=True, slots=True)
class Edge:
    """`^` or `$`."""

    end: bool


Tree = One | Sequence | Choice | Repeat | Group | Reference | Edge


class Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        if len(pattern) > LONGEST_PATTERN:
            raise Undefined(f"A pattern has at most {LONGEST_PATTERN} characters.")
        self.pattern = _without_blanks(pattern) if "x" in flags else pattern
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.dot_all = "s" in flags
        self.any_case = "i" in flags

    def whole(self) -> Tree:
        tree = self.choice()
        if self.at < len(self.pattern):
            raise self.wrong()
        return tree

    def wrong(self) -> Undefined:
        return Undefined(f"The pattern {self.pattern[:60]} cannot be read from character {self.at + 1} on.")

    def next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        sign = self.next()
        if not sign:
            raise self.wrong()
        self.at += 1
        return sign

    def accept(self, sign: str) -> bool:
        if self.pattern.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def choice(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Undefined("The pattern is nested too deeply.")
        branches = [self.branch()]
        while self.accept("|"):
            branches.append(self.branch())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def branch(self) -> Tree:
        parts: list[Tree] = []
        while self.next() and self.next() not in "|)":
            parts.append(self.repeated(self.atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Tree) -> Tree:
        sign = self.next()
        if not sign or sign not in "*+?{":
            return part
        self.at += 1
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self.counts()
        return Repeat(part, least, most, greedy=not self.accept("?"))

    def counts(self) -> tuple[int, int | None]:
        least = self.count()
        most: int | None = least
        if self.accept(","):
            most = None if self.next() == "}" else self.count()
        if not self.accept("}") or (most is not None and most < least):
            raise self.wrong()
        return least, most

    def count(self) -> int:
        start = self.at
        while self.next().isascii() and self.next().isdigit():
            self.at += 1
        if start == self.at or self.at - start > 6 or int(self.pattern[start : self.at]) > MOST_REPEATS:
            raise self.wrong()
        return int(self.pattern[start : self.at])

    def atom(self) -> Tree:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return One(self.char_class())
        if sign == ".":
            return One(c.negated(c.one_of(frozenset() if self.dot_all else frozenset("\n\r"))))
        if sign in "^$":
            return Edge(sign == "$")
        if sign == "\\":
            return self.escape()
        if sign in "?*+{}])":
            self.at -= 1
            raise self.wrong()
        return One(self._cased(c.one_of(frozenset(sign))))

    def _cased(self, test: c.Class) -> c.Class:
        return c.any_case(test) if self.any_case else test

    def group(self) -> Tree:
        if self.accept("?"):
            if not self.accept(":"):
                raise self.wrong()
            return self._closed(self.choice())
        self.groups += 1
        number = self.groups
        part = self._closed(self.choice())
        self.closed.add(number)
        return Group(number, part)

    def _closed(self, part: Tree) -> Tree:
        if not self.accept(")"):
            raise self.wrong()
        return part

    def escape(self) -> Tree:
        if self.next() and self.next() in "123456789":
            number = int(self.take())
            while self.next().isascii() and self.next().isdigit() and number * 10 + int(self.next()) <= self.groups:
                number = number * 10 + int(self.take())
            if number not in self.closed:
                raise self.wrong()
            return Reference(number)
        return One(self.escaped_class())

    def escaped_class(self) -> c.Class:
        """What follows a backslash: one character or a class of them."""
        sign = self.take()
        if sign in c.SINGLE_ESCAPES:
            return c.one_of(frozenset(c.SINGLE_ESCAPES[sign]))
        if sign in c.ESCAPABLE:
            return c.one_of(frozenset(sign))
        if sign.lower() in c.CLASSES:
            test = c.CLASSES[sign.lower()]
            return c.negated(test) if sign.isupper() else test
        if sign in "pP" and self.accept("{"):
            end = self.pattern.find("}", self.at)
            if end < 0:
                raise self.wrong()
            name, self.at = self.pattern[self.at : end], end + 1
            return c.negated(c.property_class(name)) if sign == "P" else c.property_class(name)
        self.at -= 1
        raise self.wrong()

    def char_class(self) -> c.Class:
        """`[a-z-[aeiou]]` and the like; the opening bracket is read already."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Undefined("The pattern is nested too deeply.")
        inverse = self.accept("^")
        tests: list[c.Class] = []
        without: c.Class | None = None
        while not self.accept("]"):
            if self.accept("-["):
                without = self.char_class()
                if not self.accept("]"):
                    raise self.wrong()
                break
            tests.append(self.class_part(first=not tests))
        self.depth -= 1
        if not tests:
            raise self.wrong()
        return _joined(tuple(tests), inverse, without)

    def class_part(self, *, first: bool) -> c.Class:
        start = self.single(first=first)
        if callable(start):
            return start
        if self.next() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", "["):
            self.at += 1
            end = self.single(first=False)
            if callable(end) or end < start:
                raise self.wrong()
            return self._cased(c.between(start, end))
        return self._cased(c.one_of(frozenset(start)))

    def single(self, *, first: bool) -> str | c.Class:
        sign = self.take()
        if sign == "\\":
            escaped = self.next()
            if escaped and (escaped in c.ESCAPABLE or escaped in c.SINGLE_ESCAPES):
                self.at += 1
                return c.SINGLE_ESCAPES.get(escaped, escaped)
            return self.escaped_class()
        if sign == "[" or (sign == "-" and not first and self.next() != "]"):
            self.at -= 1
            raise self.wrong()
        return sign


def _joined(tests: tuple[c.Class, ...], inverse: bool, without: c.Class | None) -> c.Class:
    def belongs(sign: str) -> bool:
        inside = any(test(sign) for test in tests) is not inverse
        return inside and (without is None or not without(sign))

    return belongs


def _without_blanks(pattern: str) -> str:
    """Flag x: blanks outside of character classes do not count."""
    kept, depth, escaped = [], 0, False
    for sign in pattern:
        if not escaped:
            depth += (sign == "[") - (sign == "]")
        if depth or not c.is_space(sign):
            kept.append(sign)
        escaped = sign == "\\" and not escaped
    return "".join(kept)
