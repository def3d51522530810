"""Reads an expression into its syntax tree: recursive descent with precedences (DMN 1.5, chapter 10.3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from bpmn.feel import syntax as s
from bpmn.feel.errors import TooExpensive, UnreadableExpression
from bpmn.feel.lexing import Kind, Token
from bpmn.feel.parsing.stream import MOST_NODES
from bpmn.feel.parsing.types import TypeReader
from bpmn.feel.temporal import from_text
from bpmn.feel.values import CONTEXT

TOO_DEEP = "The expression is nested too deeply; split it."
DEEPEST_TREE = 120

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}


class Parser(TypeReader):
    """One reading of one text."""

    # -- whole texts

    def whole(self, read: Callable[[], s.Node]) -> s.Node:
        try:
            root = read()
        except RecursionError:  # the caller stands deep in the stack already
            raise TooExpensive(TOO_DEEP, self.text, self.token.position) from None
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

    # -- expressions, from the loosest to the tightest

    def expression(self) -> s.Node:
        range_ends, self.range_ends = self.range_ends, 0
        found = self.nested(self.disjunction, TOO_DEEP)
        self.range_ends = range_ends
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
        left, start = self.additive(), self.at
        while True:
            self.limit_chain(start)
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
        items = self.separated(self.expression, first)
        self.expect("]")
        return s.ListLiteral(position, items)

    def range(self, position: int, *, low_included: bool, low: s.Node | None = None) -> s.Node:
        low = low or self.expression()
        self.expect("..")
        self.range_ends += 1
        high = self.nested(self.additive, TOO_DEEP)
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


def read_expression(text: str, known: Iterable[str] = ()) -> s.Node:
    parser = Parser(text, known)
    return parser.whole(parser.expressions)


def read_unary_tests(text: str, known: Iterable[str] = ()) -> s.Node:
    parser = Parser(text, known)
    return parser.whole(parser.unary_tests)
