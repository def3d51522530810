"""Reads an expression into its syntax tree: recursive descent with precedences (DMN 1.5, chapter 10.3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from bpmn.feel import syntax as s
from bpmn.feel.builtins import BUILTIN_NAMES
from bpmn.feel.errors import TooExpensive, UnreadableExpression
from bpmn.feel.known_names import KnownNames
from bpmn.feel.lexing import Kind, Token, tokens
from bpmn.feel.temporal import from_text
from bpmn.feel.values import CONTEXT

DEEPEST_NESTING = 50
DEEPEST_TREE = 120
MOST_NODES = 6_000
LONGEST_CHAIN = 2_000  # tokens

_ENDS_A_NAME = frozenset(
    ("and", "or", "in", "between", "then", "else", "return", "satisfies", "instance", "true", "false", "null")
)
_STARTS_NO_NAME = _ENDS_A_NAME - {"instance"} | {"if", "for", "some", "every"}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_TYPE_NAMES = ("date and time", "days and time duration", "years and months duration")
# what paths may name although it holds keywords
_PROPERTIES = ("time offset", "start included", "end included")
_STANDARD = KnownNames((*BUILTIN_NAMES, *_PROPERTIES))


class Parser:
    """One reading of one text."""

    def __init__(self, text: str, known: Iterable[str] = ()) -> None:
        self.text = text
        self.stream = tokens(text)
        self.at = 0
        self.depth = 0
        self.values_read = 0
        self.range_ends = 0
        self.known = KnownNames(known, _STANDARD)

    # -- tokens

    @property
    def token(self) -> Token:
        return self.stream[self.at]

    def is_mark(self, *marks: str) -> bool:
        return self.token.kind is Kind.MARK and self.token.text in marks

    def is_word(self, *words: str) -> bool:
        return self.token.kind is Kind.WORD and self.token.text in words

    def accept(self, mark: str) -> bool:
        if self.is_mark(mark):
            self.at += 1
            return True
        return False

    def expect(self, mark: str) -> Token:
        if not self.is_mark(mark):
            raise self.unreadable(f"A {mark} is expected here.")
        self.at += 1
        return self.stream[self.at - 1]

    def expect_word(self, word: str) -> None:
        if not self.is_word(word):
            raise self.unreadable(f"The word {word} is expected here.")
        self.at += 1

    def unreadable(self, message: str) -> UnreadableExpression:
        return UnreadableExpression(message, self.text, self.token.position)

    def attempt(self, read: Callable[[], Any]) -> Any:
        """What `read` gives; None, with nothing consumed, where the text is something else."""
        at, depth = self.at, self.depth
        try:
            return read()
        except UnreadableExpression:
            self.at, self.depth = at, depth
            return None

    def limit_chain(self, start: int) -> None:
        """`1+1+1+…` nests without a bracket; it is stopped before it has become a tree."""
        if self.at - start > LONGEST_CHAIN:
            raise TooExpensive("The expression is too long; split it into several.", self.text, self.token.position)

    # -- whole texts

    def whole(self, read: Callable[[], s.Node]) -> s.Node:
        root = read()
        if self.token.kind is not Kind.END:
            remedy = " Write a single = to compare." if self.is_mark("=") else ""
            raise self.unreadable(f"The expression should end here, or an operator is missing.{remedy}")
        count, deepest = s.measure(root)
        if count > MOST_NODES or deepest > DEEPEST_TREE:
            raise TooExpensive("The expression is too long or nested too deeply; split it into several.", self.text, 0)
        return root

    def expressions(self) -> s.Node:
        """A cell may give several values: `1, 2` is a list."""
        position = self.token.position
        items = self.separated(self.expression)
        return items[0] if len(items) == 1 else s.ListLiteral(position, items)

    def unary_tests(self) -> s.Node:
        position = self.token.position
        if self.is_mark("-") and self.stream[self.at + 1].kind is Kind.END:
            self.at += 1
            return s.UnaryTests(position, ())
        if self.is_word("not") and (negated := self.attempt(self._negated_tests)):
            return s.UnaryTests(position, negated, negated=True)
        return s.UnaryTests(position, self.separated(self.positive_test))

    def _negated_tests(self) -> s.Nodes:
        self.expect_word("not")
        self.expect("(")
        tests = self.separated(self.positive_test)
        self.expect(")")
        if self.token.kind is not Kind.END:
            raise self.unreadable("The tests should end here.")
        return tests

    def positive_test(self) -> s.Node:
        position = self.token.position
        if self.is_mark(*_COMPARISONS):
            operator = self.token.text
            self.at += 1
            return s.UnaryComparison(position, operator, self.additive())
        return self.expression()

    def separated(self, read: Callable[[], s.Node]) -> s.Nodes:
        items = [read()]
        while self.accept(","):
            items.append(read())
        return tuple(items)

    # -- expressions, from the loosest to the tightest

    def expression(self) -> s.Node:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise TooExpensive("The expression is nested too deeply; split it.", self.text, self.token.position)
        range_ends, self.range_ends = self.range_ends, 0
        found = self.disjunction()
        self.range_ends = range_ends
        self.depth -= 1
        return found

    def disjunction(self) -> s.Node:
        position, parts = self.token.position, [self.conjunction()]
        while self.is_word("or"):
            self.at += 1
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else s.Disjunction(position, tuple(parts))

    def conjunction(self) -> s.Node:
        position, parts = self.token.position, [self.comparison()]
        while self.is_word("and"):
            self.at += 1
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else s.Conjunction(position, tuple(parts))

    def comparison(self) -> s.Node:
        left = self.additive()
        while True:
            position = self.token.position
            if self.is_mark(*_COMPARISONS):
                operator = self.token.text
                self.at += 1
                left = s.Comparison(position, operator, left, self.additive())
            elif self.is_word("between"):
                self.at += 1
                low = self.additive()
                self.expect_word("and")
                left = s.Between(position, left, low, self.additive())
            elif self.is_word("in"):
                self.at += 1
                left = s.In(position, left, self.in_tests())
            else:
                return left

    def in_tests(self) -> s.Nodes:
        if self.is_mark(*_COMPARISONS):
            return (self.positive_test(),)
        if not self.is_mark("("):
            return (self.additive(),)
        position = self.expect("(").position
        tests = self.separated(self.positive_test)
        if self.is_mark("..") and len(tests) == 1:
            tests = (self.range(position, low_included=False, low=tests[0]),)
        else:
            self.expect(")")
        return (self.additive(left=self.postfix(tests[0])),) if len(tests) == 1 else tests

    def additive(self, loosest: int = 1, left: s.Node | None = None) -> s.Node:
        left = left or self.negation()
        start = self.at
        while self.token.kind is Kind.MARK and (strength := _PRECEDENCE.get(self.token.text, 0)) >= loosest:
            operator = self.token
            self.at += 1
            left = s.Arithmetic(operator.position, operator.text, left, self.additive(strength + 1))
            self.limit_chain(start)
        return left

    def negation(self) -> s.Node:
        position, count = self.token.position, 0
        while self.accept("-"):
            count += 1
            self.limit_chain(self.at - count)
        operand = self.instance_of()
        for _ in range(count):
            operand = s.Negation(position, operand)
        return operand

    def instance_of(self) -> s.Node:
        operand = self.postfix()
        while self.is_word("instance") and self.stream[self.at + 1].text == "of":
            position = self.token.position
            self.at += 2
            operand = s.InstanceOf(position, operand, self.type_name())
        return operand

    def postfix(self, source: s.Node | None = None) -> s.Node:
        source = source or self.primary()
        start = self.at
        while self.token.kind is Kind.MARK:
            self.limit_chain(start)
            position = self.token.position
            if self.accept("."):
                source = s.Path(position, source, self.name())
            elif self.is_mark("("):
                source = self.invocation(source, position)
            elif self.is_mark("["):
                filtered = self.attempt(lambda of=source: self._filter(of)) if self.range_ends else self._filter(source)  # type: ignore[misc]
                if filtered is None:
                    return source
                source = filtered
            else:
                return source
        return source

    def _filter(self, source: s.Node) -> s.Node:
        position = self.expect("[").position
        predicate = self.expression()
        self.expect("]")
        return s.Filter(position, source, predicate)

    def invocation(self, function: s.Node, position: int) -> s.Node:
        self.expect("(")
        if self.accept(")"):
            return s.Call(position, function, ())
        if self._names_its_arguments():
            arguments = [self._named_argument()]
            while self.accept(","):
                arguments.append(self._named_argument())
            self.expect(")")
            return s.NamedCall(position, function, tuple(a[0] for a in arguments), tuple(a[1] for a in arguments))
        positional = self.separated(self.expression)
        self.expect(")")
        return s.Call(position, function, positional)

    def _names_its_arguments(self) -> bool:
        start = self.at
        named = self.attempt(self.name) is not None and self.is_mark(":")
        self.at = start
        return named

    def _named_argument(self) -> tuple[str, s.Node]:
        name = self.name()
        self.expect(":")
        return name, self.expression()

    # -- primaries

    def primary(self) -> s.Node:
        token = self.token
        self.values_read += 1
        if self.values_read > MOST_NODES + 2 * len(self.stream):  # `[1..a[[1..a[…` is read anew at every bracket
            raise TooExpensive("The expression cannot be read in reasonable time; split it.", self.text, token.position)
        if token.kind is Kind.NUMBER:
            self.at += 1
            return s.Literal(token.position, self.number(token))
        if token.kind is Kind.STRING:
            self.at += 1
            return s.Literal(token.position, token.text)
        if token.kind is Kind.WORD:
            return self.word()
        return self.marked()

    def number(self, token: Token) -> Decimal:
        try:
            return CONTEXT.create_decimal(token.text)
        except ArithmeticError as error:
            raise UnreadableExpression("The number is too large.", self.text, token.position) from error

    def word(self) -> s.Node:
        token = self.token
        literals = {"true": True, "false": False, "null": None}
        if token.text in literals and not self.known.match(self.stream, self.at):
            self.at += 1
            return s.Literal(token.position, literals[token.text])
        compound = {"if": self.conditional, "for": self.loop, "some": self.quantified, "every": self.quantified}
        if token.text in compound:
            return compound[token.text]()
        if token.text == "function" and self.stream[self.at + 1].text == "(":
            return self.function()
        return s.Name(token.position, self.name())

    def marked(self) -> s.Node:
        position = self.token.position
        if self.is_mark("["):
            return self.list_or_range()
        if self.is_mark("]"):
            return self.range(self.expect("]").position, low_included=False)
        if self.is_mark("("):
            return self.parenthesised()
        if self.is_mark("{"):
            return self.context()
        if self.accept("@"):
            return self.at_literal(position)
        if self.is_mark("+"):
            raise self.unreadable("A sign + before a value is not needed; leave it out.")
        end = self.token.kind is Kind.END
        raise self.unreadable(
            "A value is missing here." if end else f"A value is expected here, not {self.token.text}."
        )

    def at_literal(self, position: int) -> s.Node:
        if self.token.kind is not Kind.STRING:
            raise self.unreadable('A text in quotes is expected after @, such as @"2026-01-31".')
        value = from_text(self.token.text)
        self.at += 1
        return s.Literal(position, value)

    def list_or_range(self) -> s.Node:
        position = self.expect("[").position
        if self.accept("]"):
            return s.ListLiteral(position, ())
        first = self.expression()
        if self.is_mark(".."):
            return self.range(position, low_included=True, low=first)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect("]")
        return s.ListLiteral(position, tuple(items))

    def range(self, position: int, *, low_included: bool, low: s.Node | None = None) -> s.Node:
        low = low or self.expression()
        self.expect("..")
        self.range_ends += 1
        high = self.additive()
        self.range_ends -= 1
        if not self.is_mark("]", "[", ")"):
            raise self.unreadable("A range ends with ], [ or ).")
        closing = self.token.text
        self.at += 1
        return s.RangeLiteral(position, low, high, low_included, closing == "]")

    def parenthesised(self) -> s.Node:
        position = self.expect("(").position
        if self.is_mark(*_COMPARISONS):
            test = self.positive_test()
            self.expect(")")
            return test
        inner = self.expression()
        if self.is_mark(".."):
            return self.range(position, low_included=False, low=inner)
        self.expect(")")
        return inner

    def context(self) -> s.Node:
        position = self.expect("{").position
        keys: list[str] = []
        values: list[s.Node] = []
        while not self.accept("}"):
            if keys:
                self.expect(",")
            keys.append(self.key())
            self.expect(":")
            values.append(self.expression())
        if len(set(keys)) < len(keys):
            double = next(k for k in keys if keys.count(k) > 1)
            raise UnreadableExpression(f"The context has the key {double} twice.", self.text, position)
        return s.ContextLiteral(position, tuple(keys), tuple(values))

    def key(self) -> str:
        if self.token.kind is Kind.STRING:
            self.at += 1
            name = self.stream[self.at - 1].text
        else:
            start = self.at
            if self.token.kind is not Kind.WORD:
                raise self.unreadable("A key is expected here.")
            while not self.is_mark(":") and self.token.kind in (Kind.WORD, Kind.NUMBER, Kind.MARK):
                self.at += 1
            name = self._spelled(start)
        self.known.add(name)
        return name

    # -- compound expressions

    def conditional(self) -> s.Node:
        position = self.token.position
        self.expect_word("if")
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        return s.If(position, condition, then, self.expression())

    def loop(self) -> s.Node:
        position = self.token.position
        self.expect_word("for")
        self.known.add("partial")
        iterations = self.iterations()
        self.expect_word("return")
        return s.For(position, iterations, self.expression())

    def quantified(self) -> s.Node:
        position, every = self.token.position, self.is_word("every")
        self.at += 1
        iterations = self.iterations()
        self.expect_word("satisfies")
        return s.Quantified(position, every, iterations, self.expression())

    def iterations(self) -> tuple[s.Iteration, ...]:
        found = [self.iteration()]
        while self.accept(","):
            found.append(self.iteration())
        return tuple(found)

    def iteration(self) -> s.Iteration:
        position, start = self.token.position, self.at
        while not self.is_word("in") and self.token.kind in (Kind.WORD, Kind.NUMBER, Kind.MARK):
            self.at += 1
        name = self._spelled(start)
        self.known.add(name)
        self.expect_word("in")
        source = self.expression()
        return s.Iteration(position, name, source, self.expression() if self.accept("..") else None)

    def function(self) -> s.Node:
        position = self.token.position
        self.expect_word("function")
        self.expect("(")
        names: list[str] = []
        types: list[s.TypeName | None] = []
        while not self.accept(")"):
            if names:
                self.expect(",")
            names.append(self.parameter())
            types.append(self.type_name() if self.accept(":") else None)
        external = self.is_word("external")
        if external:
            self.at += 1
        return s.FunctionLiteral(position, tuple(names), tuple(types), self.expression(), external)

    def parameter(self) -> str:
        start = self.at
        while self.token.kind is not Kind.END and not self.is_mark(",", ":", ")"):
            self.at += 1
        name = self._spelled(start)
        self.known.add(name)
        return name

    # -- names and types

    def name(self) -> str:
        """A known name, however many words it has; otherwise the words up to the next keyword or mark."""
        if self.token.kind is not Kind.WORD:
            raise self.unreadable("A name is expected here.")
        if match := self.known.match(self.stream, self.at):
            longer = self._words(self.at)
            if longer <= match[1]:
                self.at = match[1]
                return match[0]
        if self.token.text == "not" and not match and self._words(self.at) > self.at + 1:
            raise self.unreadable("Write not(…), with brackets.")
        if self.token.text in _STARTS_NO_NAME and not match:
            raise self.unreadable(f"A value is expected here, not the word {self.token.text}.")
        start, self.at = self.at, self._words(self.at)
        return self._spelled(start)

    def _words(self, at: int) -> int:
        """The index after the words that can only be one name, since two names never stand side by side."""
        at += 1
        while (token := self.stream[at]).kind is Kind.WORD or (token.kind is Kind.NUMBER and token.text.isdigit()):
            if token.text in _ENDS_A_NAME:
                break
            at += 1
        return at

    def _spelled(self, start: int) -> str:
        if start == self.at:
            raise self.unreadable("A name is expected here.")
        written = self.text[self.stream[start].position : self.stream[self.at - 1].end]
        return re.sub(r"\s+", " ", written)

    def type_name(self) -> s.TypeName:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise TooExpensive("The type is nested too deeply.", self.text, self.token.position)
        try:
            return self._type_name()
        finally:
            self.depth -= 1

    def _type_name(self) -> s.TypeName:
        position, name = self.token.position, self._type_word()
        if name == "function" and self.accept("<"):
            arguments = self._types_until(">")
            self.expect("->")
            return s.TypeName(position, name, arguments, (), self.type_name())
        if name == "context" and self.accept("<"):
            return self._context_type(position)
        if name in ("list", "range") and self.accept("<"):
            return s.TypeName(position, name, self._types_until(">"))
        return s.TypeName(position, name)

    def _type_word(self) -> str:
        for name in _TYPE_NAMES:
            words = name.split()
            if [t.text for t in self.stream[self.at : self.at + len(words)]] == words:
                self.at += len(words)
                return name
        start = self.at
        if self.token.kind is not Kind.WORD:
            raise self.unreadable("The name of a type is expected here.")
        self.at = self._words(self.at)
        while self.is_mark(".") and self.stream[self.at + 1].kind is Kind.WORD:
            self.at = self._words(self.at + 1)
        return self._spelled(start)

    def _types_until(self, mark: str) -> tuple[s.TypeName, ...]:
        found: list[s.TypeName] = []
        while not self.accept(mark):
            if found:
                self.expect(",")
            found.append(self.type_name())
        return tuple(found)

    def _context_type(self, position: int) -> s.TypeName:
        keys: list[str] = []
        types: list[s.TypeName] = []
        while not self.accept(">"):
            if keys:
                self.expect(",")
            keys.append(self.parameter())
            self.expect(":")
            types.append(self.type_name())
        return s.TypeName(position, "context", tuple(types), tuple(keys))


def read_expression(text: str, known: Iterable[str] = ()) -> s.Node:
    parser = Parser(text, known)
    return parser.whole(parser.expressions)


def read_unary_tests(text: str, known: Iterable[str] = ()) -> s.Node:
    parser = Parser(text, known)
    return parser.whole(parser.unary_tests)
