"""Decides: evaluates a decision with all that it requires, and says which rows fired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.decisions import model as m
from bpmn.decisions.preparing import Ready, prepare
from bpmn.decisions.tables import DecisionRun
from bpmn.errors import Undecidable, UnknownDecision
from bpmn.feel.errors import TooExpensive
from bpmn.feel.running import Run, Scope, Warned
from bpmn.feel.types import ANY, Type, convert
from bpmn.feel.values import Function, Undefined, Value, accept

_EVALUATING = object()


@dataclass(frozen=True)
class Decided:
    """The value of a decision. `rows` are the rows of its table that fired, counted from 1; `fired` those of every table
    on the way, by the name of their decision, and `inputs` what their columns asked for; `warnings` say why values became null.
    """

    value: Value
    rows: tuple[int, ...] = ()
    fired: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    inputs: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()


def decide(
    model: m.DecisionModel, context: Mapping[str, Any], decision: str | None = None, *, now: dt.datetime | None = None
) -> Decided:
    """The answer of a decision, business knowledge model or decision service, by id or name, for the variables in `context`.

    Without a name, the one decision that no other requires. Raises UnknownDecision; Undecidable for a table that contradicts
    itself, with its rows, and for decisions that require each other in a circle; FeelError for values that FEEL does not have.
    """
    ready = prepare(model)
    element = _asked(model, decision)
    run = DecisionRun(now)
    deciding = _Deciding(ready, _inputs(ready, context), run)
    try:
        value = run.result(deciding.answer(element))
    except RecursionError as error:
        raise TooExpensive("The decisions call each other too deeply.") from error
    return Decided(value, run.fired.get(element.name, ()), dict(run.fired), dict(run.inputs), tuple(run.warnings))


def _asked(model: m.DecisionModel, decision: str | None) -> m.Element:
    if decision is not None:
        found = model.find(decision)
        if found is None:
            raise UnknownDecision(decision, tuple(d.name for d in model.decisions))
        return found
    required = {reference.rpartition("#")[2] for d in model.decisions for reference in d.requires}
    roots = [d for d in model.decisions if d.id not in required]
    if len(roots) != 1:
        raise UnknownDecision(None, tuple(d.name for d in model.decisions))
    return roots[0]


def _inputs(ready: Ready, context: Mapping[str, Any]) -> dict[str, Value]:
    """The variables that the model or its imports read, as FEEL values."""
    wanted = ready.free | ready.declared | set(ready.imports)
    return {name: accept(value) for name, value in context.items() if name in wanted}


class _Deciding:
    """The values of one model's elements for one set of inputs."""

    def __init__(self, ready: Ready, inputs: dict[str, Value], run: Run, given: dict[str, Value] | None = None) -> None:
        self.ready = ready
        self.inputs = inputs
        self.run = run
        self.values: dict[str, Value] = dict(given or {})  # by id; decisions that were given are not evaluated
        # what no element declares is seen everywhere, as tools that draw no input data expect
        self.undeclared = {name: value for name, value in inputs.items() if name not in ready.declared}
        self.imports = {name: self._of_import(name) for name in ready.imports}

    def _of_import(self, name: str) -> _Deciding:
        own = self.inputs.get(name)
        return _Deciding(self.ready.imports[name], {**self.inputs, **(own if type(own) is dict else {})}, self.run)

    def answer(self, element: m.Element) -> Value:
        """The value of what was asked for: functions are called with the inputs of their parameters' names."""
        if isinstance(element, m.Service | m.Knowledge):
            function = self.value(element)
            if not isinstance(function, Function):
                return None
            return self._called(element, function, [self.inputs.get(name) for name in function.parameters])
        return self.value(element)

    def _called(self, element: m.Element, function: Function, arguments: list[Value]) -> Value:
        try:
            if function.types:
                arguments = [
                    convert(a, t, self.run) if t else a for a, t in zip(arguments, function.types, strict=True)
                ]
            return function.call(self.run, arguments)
        except Undefined as reason:
            self.run.warn(f"In {element.name}: {reason.message}", 0)
            return None

    def value(self, element: m.Element) -> Value:
        found = self.values.get(element.id, _EVALUATING)
        if found is not _EVALUATING:
            return found
        if element.id in self.values:
            raise Undecidable(element.name, "it requires itself; take one requirement of the circle out.")
        self.values[element.id] = _EVALUATING
        self.values[element.id] = value = self._value(element)
        return value

    def _value(self, element: m.Element) -> Value:
        if isinstance(element, m.InputData):
            return self._input(element)
        if isinstance(element, m.Decision):
            closure = self.ready.closures[element.id]
            return closure(self._scope((*element.requires, *element.knowledge)))
        if isinstance(element, m.Knowledge):
            return self._knowledge(element)
        assert isinstance(element, m.Service)
        return self._service(element)

    def _input(self, element: m.InputData) -> Value:
        if element.variable not in self.inputs:
            self.run.warn(f"the input {element.variable} was not given", 0)
            return None
        return self._typed(self.inputs[element.variable], element)

    def _typed(self, value: Value, element: m.Element) -> Value:
        wanted = self.ready.type(element)
        if wanted is None:
            return value
        try:
            return convert(value, wanted, self.run)
        except Undefined as reason:
            self.run.warn(f"In {element.name}: {reason.message}", 0)
            return None

    def _scope(self, references: tuple[str, ...]) -> Scope:
        """What an element sees: what it requires, and the variables that no element declares."""
        names: dict[str, Value] = {}
        for reference in references:
            import_name, _, element = self.ready.resolve(reference)
            if element is None:
                self.run.warn(f"there is no {reference}", 0)
                continue
            value = self._of(import_name).value(element)
            if import_name:
                names.setdefault(import_name, {})[element.variable] = value
            else:  # an import without a name brings its elements in as if they were the model's own
                names[element.variable] = value
        return Scope(names, Scope(self.undeclared, None, self.run), self.run)

    def _of(self, import_name: str | None) -> _Deciding:
        return self if import_name is None else self.imports[import_name]

    def _knowledge(self, element: m.Knowledge) -> Value:
        if element.function is None:
            return None
        scope = self._scope(element.knowledge)
        function = self.ready.closures[element.id](scope)
        if not isinstance(function, Function):
            return function
        own = Function(function.parameters, function.call, function.types, self._result(element))
        scope.names.setdefault(element.variable, own)  # it may call itself
        return own

    def _result(self, element: m.Element) -> Type | None:
        declared = self.ready.type(element)
        if declared is not None and declared.name == "function":
            declared = declared.result
        return None if declared == ANY else declared

    def _service(self, element: m.Service) -> Value:
        """A function of the input data and then the input decisions."""
        required = [self.ready.resolve(reference) for reference in (*element.input_data, *element.input_decisions)]
        parameters = [(ready, part) for _, ready, part in required if part is not None]
        outputs = [(name, part) for name, _, part in map(self.ready.resolve, element.outputs) if part is not None]

        def call(run: Run, arguments: list[Value]) -> Value:
            given = {part.id: value for (_, part), value in zip(parameters, arguments, strict=True)}
            inner = _Deciding(self.ready, {}, run, given)
            values = {part.variable: inner._of(name).value(part) for name, part in outputs}
            return next(iter(values.values())) if len(values) == 1 else values

        names = tuple(part.variable for _, part in parameters)
        types = tuple(ready.type(part) for ready, part in parameters)
        return Function(names, call, types if any(types) else (), self._result(element))
