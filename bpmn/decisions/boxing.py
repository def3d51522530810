"""Turns the boxed expressions of a decision model into closures, as FEEL's own are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bpmn.decisions import model as m
from bpmn.decisions.tables import Column, ResultColumn, Table
from bpmn.decisions.types import Types
from bpmn.feel.calling import invoke_named
from bpmn.feel.compiling import Closure, close, items_of, refuse_to_call, select
from bpmn.feel.errors import FeelError
from bpmn.feel.free_names import free_names
from bpmn.feel.parsing import read_expression, read_unary_tests
from bpmn.feel.running import Run, Scope, Warned
from bpmn.feel.types import ANY, Type, convert
from bpmn.feel.values import Function, Undefined, Value, kind


class Boxing:
    """Compiles the expressions of one model; `mistakes` are those that cannot be read, `free` the variables of all."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.types: Types | None = None
        self.mistakes: list[str] = []
        self.free: set[str] = set()
        self.owner = ""

    def find(self, name: str | None) -> Type | None:
        return self.types.find(name) if self.types and name else None

    # -- FEEL

    def feel(self, text: str, place: str = "") -> Closure:
        """The closure of a text; what cannot be read is noted and has no value."""
        if not text:
            return _null
        try:
            tree = read_expression(text, self.known)
        except FeelError as error:
            return self._unreadable(error, place)
        self.free |= free_names(tree)
        return self._told(close(tree, self.find), text)

    def _unreadable(self, error: FeelError, place: str) -> Closure:
        where = f"{self.owner}{place}"
        self.mistakes.append(f"{where}: {error}")

        def unreadable(scope: Scope) -> Value:
            scope.run.warn(f"{where}: {error}", 0)

        return unreadable

    def _told(self, closure: Closure, text: str) -> Closure:
        """The closure with warnings that say which decision they are about."""
        owner = self.owner

        def told(scope: Scope) -> Value:
            warnings = scope.run.warnings
            before = len(warnings)
            value = closure(scope)
            for index in range(before, len(warnings)):
                if not warnings[index].message.startswith("In "):
                    warnings[index] = Warned(
                        f"In {owner}, `{text}`: {warnings[index].message}", warnings[index].position
                    )
            return value

        return told

    def tests(self, text: str, place: str = "") -> tuple[Any, Closure]:
        """The tree and the closure of unary tests."""
        try:
            tree = read_unary_tests(text, self.known)
        except FeelError as error:
            self._unreadable(error, place)
            raise
        self.free |= free_names(tree)
        return tree, close(tree, self.find)

    def passing(self, text: str) -> Callable[[Value], bool] | None:
        """The test of a type's allowed values."""
        try:
            _, closure = self.tests(text, ", allowed values")
        except FeelError:
            return None
        return lambda value: closure(Scope({"?": value}, None, Run())) is True

    # -- boxes

    def box(self, boxed: m.Boxed | None) -> Closure:
        """The closure of an expression, which gives a value of the declared type or null."""
        if boxed is None:
            return _null
        closure = _BOXES[type(boxed)](self, boxed)
        return self.typed(closure, boxed.type)

    def typed(self, closure: Closure, type_name: str | None) -> Closure:
        wanted = self.find(type_name)
        if wanted is None or wanted == ANY:
            return closure
        owner = self.owner

        def typed(scope: Scope) -> Value:
            try:
                return convert(closure(scope), wanted, scope.run)
            except Undefined as reason:
                scope.run.warn(f"In {owner}: {reason.message}", 0)
                return None

        return typed

    def literal(self, boxed: m.LiteralExpression) -> Closure:
        return self.feel(boxed.text)

    def invocation(self, boxed: m.Invocation) -> Closure:
        function = self.box(boxed.function)
        bindings = [(b.name or "", self.typed(self.box(b.value), b.type)) for b in boxed.bindings]

        def invoke_it(scope: Scope) -> Value:
            arguments = {name: value(scope) for name, value in bindings}
            try:
                return invoke_named(scope.run, function(scope), arguments)
            except Undefined as reason:
                scope.run.warn(reason.message, 0)
                return None

        return invoke_it

    def context(self, boxed: m.BoxedContext) -> Closure:
        entries = [(e.name, self.typed(self.box(e.value), e.type)) for e in boxed.entries]

        def make(scope: Scope) -> Value:
            made: dict[str, Value] = {}
            inner = Scope(made, scope, scope.run)
            for name, value in entries:
                if name is None:
                    return value(inner)
                made[name] = value(inner)
            return made

        return make

    def list(self, boxed: m.BoxedList) -> Closure:
        items = [self.box(item) for item in boxed.items]
        return lambda scope: [item(scope) for item in items]

    def relation(self, boxed: m.Relation) -> Closure:
        rows = [[self.box(cell) for cell in row] for row in boxed.rows]
        columns = boxed.columns

        def make(scope: Scope) -> Value:
            return [dict(zip(columns, (cell(scope) for cell in row), strict=False)) for row in rows]

        return make

    def function(self, boxed: m.BoxedFunction) -> Closure:
        names = tuple(p.name for p in boxed.parameters)
        if boxed.kind != "FEEL":
            return lambda scope: Function(names, refuse_to_call)
        body = self.box(boxed.body)
        types = tuple(self.find(p.type) for p in boxed.parameters)

        def make(scope: Scope) -> Value:
            def call(run: Run, arguments: Any) -> Value:
                run.charge(10)
                return body(Scope(dict(zip(names, arguments, strict=True)), scope, run))

            return Function(names, call, types if any(types) else ())

        return make

    def conditional(self, boxed: m.Conditional) -> Closure:
        condition, then, otherwise = self.box(boxed.condition), self.box(boxed.then), self.box(boxed.otherwise)

        def choose(scope: Scope) -> Value:
            answer = condition(scope)
            if answer is not None and type(answer) is not bool:
                scope.run.warn(f"a condition is true or false, not a {kind(answer)}", 0)
                return None
            return then(scope) if answer is True else otherwise(scope)

        return choose

    def walk(self, boxed: m.Walk) -> Closure:
        source, body, variable = self.box(boxed.source), self.box(boxed.body), boxed.variable
        gather = {"for": _each, "every": _every, "some": _some}[boxed.kind]

        def walk(scope: Scope) -> Value:
            results: list[Value] = []
            outer = Scope({"partial": results}, scope, scope.run)
            try:
                return gather(_answers(items_of(source(scope)), variable, body, outer), results)
            except Undefined as reason:
                scope.run.warn(reason.message, 0)
                return None

        return walk

    def filter(self, boxed: m.BoxedFilter) -> Closure:
        source, match = self.box(boxed.source), self.box(boxed.match)

        def filter_it(scope: Scope) -> Value:
            items = source(scope)
            items = items if type(items) is list else [] if items is None else [items]
            return select(scope, items, match, 4, 0)

        return filter_it

    # -- tables

    def table(self, boxed: m.DecisionTable) -> Closure:
        names = [output.name for output in boxed.outputs]
        if len(set(names)) < len(names):
            self.mistakes.append(f"{self.owner}: several outputs need names that differ.")
        table = Table(
            owner=self.owner,
            policy=boxed.hit_policy,
            aggregation=boxed.aggregation,
            columns=[self.column(boxed, index) for index in range(len(boxed.inputs))],
            results=[self.result(output, boxed) for output in boxed.outputs],
            outputs=[self.outputs(boxed, number, rule) for number, rule in enumerate(boxed.rules, 1)],
        )
        return table.decide

    def column(self, boxed: m.DecisionTable, index: int) -> Column:
        declared = boxed.inputs[index]
        column = Column(self.feel(declared.expression, f", input {index + 1}"))
        try:
            column.allowed = self.tests(declared.allowed)[1] if declared.allowed else None
        except FeelError:
            column.allowed = None
        for row, rule in enumerate(boxed.rules):
            text = rule.inputs[index] if index < len(rule.inputs) else "-"
            try:
                column.add(row, text, *self.tests(text, f", row {row + 1}, input {index + 1}"))
            except FeelError:
                continue  # noted as a mistake; such a row never fires
        return column

    def result(self, output: m.Output, boxed: m.DecisionTable) -> ResultColumn:
        order = self.feel(output.allowed, ", output values") if output.allowed else _null
        declared = self.find(output.type) or (self.find(boxed.type) if len(boxed.outputs) == 1 else None)
        listed = order(Scope({}, None, Run()))
        values = tuple(listed) if type(listed) is list else () if listed is None else (listed,)
        default = self.feel(output.default, ", default output") if output.default else None
        many = len(boxed.outputs) == 1 and not output.type
        return ResultColumn(output.name, None if many else declared, values, default)

    def outputs(self, boxed: m.DecisionTable, number: int, rule: m.Rule) -> tuple[Closure, ...]:
        if (len(rule.inputs), len(rule.outputs)) != (len(boxed.inputs), len(boxed.outputs)):
            counted = f"{len(rule.inputs)} and {len(rule.outputs)}"
            columns = f"{len(boxed.inputs)} inputs and {len(boxed.outputs)} outputs"
            self.mistakes.append(f"{self.owner}, row {number}: it has {counted} cells, but the table has {columns}.")
        texts = [*rule.outputs, *[""] * (len(boxed.outputs) - len(rule.outputs))][: len(boxed.outputs)]
        return tuple(self.feel(text, f", row {number}, output {n}") for n, text in enumerate(texts, 1))


_BOXES: dict[type, Callable[[Boxing, Any], Closure]] = {
    m.LiteralExpression: Boxing.literal,
    m.Invocation: Boxing.invocation,
    m.BoxedContext: Boxing.context,
    m.BoxedList: Boxing.list,
    m.Relation: Boxing.relation,
    m.BoxedFunction: Boxing.function,
    m.Conditional: Boxing.conditional,
    m.Walk: Boxing.walk,
    m.BoxedFilter: Boxing.filter,
    m.DecisionTable: Boxing.table,
}


def _null(scope: Scope) -> Value:
    return None


def _answers(items: Iterator[Value], variable: str, body: Closure, scope: Scope) -> Iterator[Value]:
    for item in items:
        scope.run.charge(10)
        yield body(Scope({variable: item}, scope, scope.run))


def _each(answers: Iterator[Value], results: list[Value]) -> Value:
    for answer in answers:
        results.append(answer)
    return results


def _every(answers: Iterator[Value], results: list[Value]) -> Value:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        result = result if answer is True else None
    return result


def _some(answers: Iterator[Value], results: list[Value]) -> Value:
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        result = result if answer is False else None
    return result
