"""From the signs of one language to FEEL (operator precedence, as Pratt 1973 describes it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bpmn.dialects.grammars import ADD, AND, ATOM, COMPARE, NOT, OR, SIGN, Grammar
from bpmn.dialects.tokens import Token, tokens
from bpmn.errors import Untranslatable
from bpmn.feel import FeelError, names

_DEEPEST: Final = 50
_LOOSE: Final = 0  # `if … then … else`, and whatever must stand in brackets inside of something else
_ACCESSORS: Final = (("process", "variables"), ("environment", "variables"), ("this", "environment", "variables"))
_READERS: Final = {"getVariable", "getVariableLocal", "hasVariable"}
_METHODS: Final = {
    ("equals", 1): "{0} = {1}",
    ("contains", 1): "if {0} instance of string then contains({0}, {1}) else list contains({0}, {1})",
    ("includes", 1): "if {0} instance of string then contains({0}, {1}) else list contains({0}, {1})",
    ("startsWith", 1): "starts with({0}, {1})",
    ("startswith", 1): "starts with({0}, {1})",
    ("endsWith", 1): "ends with({0}, {1})",
    ("endswith", 1): "ends with({0}, {1})",
    ("isEmpty", 0): 'if {0} instance of string then {0} = "" else count({0}) = 0',
    ("size", 0): "count({0})",
    ("length", 0): "string length({0})",
}
_LENGTH: Final = "if {0} instance of string then string length({0}) else count({0})"
_CALL = re.compile(r"[a-z ]+\(.*\)", re.DOTALL)
_EMPTY: Final = 'if {0} = null then true else if {0} instance of string then {0} = "" else {0} = []'


@dataclass(frozen=True, slots=True)
class Piece:
    """FEEL text, how tightly it binds, and the path of variables that it is, if it is nothing else."""

    text: str
    power: int
    path: tuple[str, ...] = ()

    def inside(self, power: int) -> str:
        return self.text if self.power >= power else f"({self.text})"


def translate(text: str, grammar: Grammar, start: int, end: int) -> str:
    """That part of the text, an expression of the grammar, in FEEL; raises Untranslatable."""
    reading = _Reading(text, grammar, list(tokens(text, start, end)))
    piece = reading.expression(_LOOSE, 0)
    if reading.now.kind != "end":
        raise reading.refused(reading.why_not(reading.now.text))
    try:
        free = names(piece.text)
    except FeelError as error:
        raise Untranslatable(text, start, f"its words are no names of FEEL ({error.message})") from error
    if not free <= reading.variables:
        raise Untranslatable(text, start, "its words mean something else in FEEL")
    return piece.text


class _Reading:
    def __init__(self, text: str, grammar: Grammar, found: list[Token]) -> None:
        self.text, self.grammar, self._tokens, self._at = text, grammar, found, 0
        self.variables: set[str] = set()

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    def next(self) -> Token:
        token = self.now
        self._at += token.kind != "end"
        return token

    def takes(self, sign: str) -> bool:
        if self.now.text == sign and self.now.kind in ("sign", "name"):
            self._at += 1
            return True
        return False

    def wants(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.refused(f"{sign!r} is expected here")

    def refused(self, reason: str) -> Untranslatable:
        return Untranslatable(self.text, self.now.position, reason)

    def why_not(self, word: str) -> str:
        return self.grammar.refused.get(word, f"{word!r} is not expected here")

    def expression(self, power: int, depth: int) -> Piece:
        if depth > _DEEPEST:
            raise self.refused("the expression is nested too deeply")
        left = self.prefix(power, depth)
        while (found := self.grammar.binary.get(self.now.text)) and self.now.kind != "text" and found[0] > power:
            left = self.binary(left, found[0], found[1], depth)
        return self.choice(left, depth) if power == _LOOSE else left

    def choice(self, left: Piece, depth: int) -> Piece:
        if self.grammar.question and self.takes("?"):
            then = self.expression(_LOOSE, depth + 1)
            self.wants(":")
            return _if(left, then, self.expression(_LOOSE, depth + 1))
        if self.grammar.if_else and self.takes("if"):
            condition = self.expression(OR - 1, depth + 1)
            self.wants("else")
            return _if(condition, left, self.expression(_LOOSE, depth + 1))
        return left

    def prefix(self, power: int, depth: int) -> Piece:
        token = self.now
        found = self.grammar.unary.get(token.text) if token.kind != "text" else None
        if found is None:
            return self.path(self.atom(depth), depth)
        if found[0] == NOT and power >= NOT:
            raise self.refused(f"{token.text!r} stands in brackets here, in {self.grammar.name} too")
        self.next()
        operand = self.expression(found[0] - 1 if found[0] == NOT else found[0], depth + 1)
        if found[1] == "not":
            return Piece(f"not({operand.text})", ATOM)
        if found[1] == "empty":
            return Piece(_EMPTY.format(operand.inside(ATOM)), _LOOSE)
        return Piece(f"-{operand.inside(ATOM)}", SIGN)

    def binary(self, left: Piece, power: int, sign: str, depth: int) -> Piece:
        token = self.next()
        if token.text == "not":
            self.wants("in")
            return Piece(f"not({self.membership(left, depth).text})", ATOM)
        if sign == "in":
            return self.membership(left, depth)
        if token.text == "is" and self.takes("not"):
            sign = "!="
        right = self.expression(power, depth + 1)
        made = f"{left.inside(power + (power == COMPARE))} {sign} {right.inside(power + 1)}"
        if power == COMPARE and self._compares():
            return self.chained(made, right, depth)
        return Piece(made, power)

    def _compares(self) -> bool:
        found = self.grammar.binary.get(self.now.text)
        return found is not None and found[0] == COMPARE and self.now.kind != "text"

    def chained(self, made: str, middle: Piece, depth: int) -> Piece:
        """`1 < x < 5` is two comparisons, in the languages that know it."""
        if not self.grammar.chains:
            raise self.refused("a comparison of a comparison has no certain meaning")
        power, sign = self.grammar.binary[self.now.text]
        rest = self.binary(middle, power, sign, depth + 1)
        return Piece(f"{made} and {rest.inside(AND + 1)}", AND)

    def membership(self, left: Piece, depth: int) -> Piece:
        closing = "]" if self.takes("[") else ")"
        if closing == ")":
            self.wants("(")
        items = self.listed(closing, depth)
        if closing == ")" and len(items) < 2:
            raise self.refused("one value in brackets is no list")
        return Piece(f"list contains([{', '.join(item.text for item in items)}], {left.text})", ATOM)

    def listed(self, closing: str, depth: int) -> list[Piece]:
        items: list[Piece] = []
        while not self.takes(closing):
            items.append(self.expression(_LOOSE, depth + 1))
            if self.now.text != closing:
                self.wants(",")
        return items

    def atom(self, depth: int) -> Piece:
        token = self.next()
        if token.kind == "number":
            return Piece(token.text, ATOM)
        if token.kind == "text":
            content = token.text[1:-1].replace('"', '\\"')
            return Piece(f'"{content}"', ATOM)
        if token.kind == "name":
            return self.name(token, depth)
        if token.text == "(" and token.kind == "sign":
            inner = self.expression(_LOOSE, depth + 1)
            self.wants(")")
            return Piece(f"({inner.text})", ATOM) if inner.power < ATOM else inner
        self._at = max(0, self._at - (token.kind != "end"))
        raise self.refused("a value is expected here")

    def name(self, token: Token, depth: int) -> Piece:
        if token.text in self.grammar.constants:
            return Piece(self.grammar.constants[token.text], ATOM)
        if token.text in self.grammar.refused or token.text in self.grammar.binary:
            self._at -= 1
            raise self.refused(self.why_not(token.text))
        if token.text == "len" and self.grammar.name == "Python" and self.takes("("):
            items = self.listed(")", depth)
            if len(items) != 1:
                raise self.refused("len counts one thing")
            return Piece(_LENGTH.format(items[0].inside(ATOM)), _LOOSE)
        return Piece(token.text, ATOM, (token.text,))

    def path(self, piece: Piece, depth: int) -> Piece:
        while self.now.text in (".", "(", "[") and self.now.kind == "sign":
            if not self.takes("."):
                raise self.refused("what is called, or counted out of a list, here has no certain meaning")
            if self.now.kind != "name":
                raise self.refused("a name is expected here")
            word = self.next().text
            if self.takes("("):
                piece = self.call(piece, word, self.listed(")", depth))
            elif word == "length" and self.grammar.name == "JavaScript":
                self.variables.update(piece.path[:1])
                piece = Piece(_LENGTH.format(piece.inside(ATOM)), _LOOSE)
            else:
                piece = Piece(f"{piece.inside(ATOM)}.{word}", ATOM, (*piece.path, word) if piece.path else ())
            if piece.path in _ACCESSORS:
                piece = self.variable_behind(piece)
        self.variables.update(piece.path[:1])
        return piece

    def variable_behind(self, piece: Piece) -> Piece:
        """`process.variables.x` is the variable x."""
        self.wants(".")
        if self.now.kind != "name":
            raise self.refused("a name is expected here")
        word = self.next().text
        return Piece(word, ATOM, (word,))

    def call(self, piece: Piece, word: str, arguments: list[Piece]) -> Piece:
        if piece.path == ("execution",) and word in _READERS and len(arguments) == 1:
            return self.read_variable(word, arguments[0])
        meaning = _METHODS.get((word, len(arguments)))
        if meaning is None:
            self._at -= 1
            raise self.refused(f"what {word!r} does is known to its engine only")
        self.variables.update(piece.path[:1])
        text = meaning.format(piece.inside(ATOM), *(each.inside(ADD) for each in arguments))
        power = ATOM if _CALL.fullmatch(text) and not text.startswith("if ") else _LOOSE
        return Piece(text, COMPARE if word == "equals" else power)

    def read_variable(self, word: str, argument: Piece) -> Piece:
        name = argument.text[1:-1]
        if not re.fullmatch(r"[^\W\d]\w*", name) or argument.text[:1] != '"':
            raise self.refused("which variable is read is known to its engine only")
        if word == "hasVariable":
            self.variables.add(name)
            return Piece(f"{name} != null", COMPARE)
        return Piece(name, ATOM, (name,))


def _if(condition: Piece, then: Piece, other: Piece) -> Piece:
    return Piece(f"if {condition.text} then {then.text} else {other.text}", _LOOSE)
