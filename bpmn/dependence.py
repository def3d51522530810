"""Which case data an element reads and writes, so that the independence of two steps is a fact and not a guess.

Read are: what a form shows (disabled fields, expressions of its texts and conditions), what mappings, scripts, decisions,
timers and correlations name, and what the conditions of the outgoing flows test. Written are: the fields of a form that can be
filled in, assignments of scripts, outputs of mappings and decisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.decisions import DecisionModel, DecisionTable, read_dmn
from bpmn.errors import BpmnError, UnknownData
from bpmn.feel import FeelError, names
from bpmn.model import Activity, AnyNode, EventNode, ProcessModel

Names = frozenset[str]
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_DECORATION = {"text", "html", "image", "separator", "spacer", "button"}


@dataclass(frozen=True)
class Materials:
    """Forms (form-js schemas) and decisions (models or DMN files) by key: what a model only refers to."""

    forms: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Independence:
    """Whether two steps can change places or run side by side; if not, `shared` are the data that tie them."""

    independent: bool
    shared: Names = frozenset()


NOTHING = Materials()


def independence(model: ProcessModel, one: str, other: str, materials: Materials = NOTHING) -> Independence:
    """Independent: neither reads or writes what the other writes (Bernstein, 1966). Raises UnknownData."""
    read_one, read_other = reads(model, one, materials), reads(model, other, materials)
    written_one, written_other = writes(model, one, materials), writes(model, other, materials)
    shared = (written_one & read_other) | (read_one & written_other) | (written_one & written_other)
    return Independence(not shared, shared)


def reads(model: ProcessModel, node: str, materials: Materials = NOTHING) -> Names:
    """The case data that the element looks at, shown or computed with. Raises UnknownData."""
    return computes_with(model, node, materials) | _shown(model.node(node), materials)


def computes_with(model: ProcessModel, node: str, materials: Materials = NOTHING) -> Names:
    """The case data on which what happens depends: what it reads beyond showing it to a person. Raises UnknownData."""
    element = model.node(node)
    found = _in_expressions(node, (flow.condition for flow in model.outgoing(node)))
    if isinstance(element, Activity):
        found |= _read_by_work(element, materials)
    elif isinstance(element, EventNode):
        timer = element.timer.expression if element.timer is not None else None
        found |= _in_expressions(node, (element.condition, element.correlation, timer))
    return found


def writes(model: ProcessModel, node: str, materials: Materials = NOTHING) -> Names:
    """The case data that the element changes. Raises UnknownData."""
    element = model.node(node)
    if not isinstance(element, Activity):
        return _filled_in(element.form, node, materials) if isinstance(element, EventNode) else frozenset()
    assigned = {assignment.name for assignment in (*element.script, *element.outputs)}
    many = element.multi_instance
    if many is not None and many.element:
        assigned.add(many.element)
    return frozenset(assigned) | _filled_in(element.form, node, materials) | _decided(element, materials)


# --- expressions -----------------------------------------------------------------------------------------------------


def _in_expressions(node: str, texts: Iterable[str | None]) -> Names:
    found: set[str] = set()
    for text in texts:
        if text:
            try:
                found |= names(text)
            except FeelError as error:
                raise UnknownData(node, f"the expression {text!r} cannot be read: {error}") from error
    return frozenset(found)


def _read_by_work(activity: Activity, materials: Materials) -> Names:
    if activity.script_text and not activity.script:
        raise UnknownData(activity.id, f"its script is {activity.script_format or 'of no known language'}, not FEEL.")
    many, due = activity.multi_instance, activity.due
    texts = [assignment.expression for assignment in (*activity.inputs, *activity.script)]
    texts += [activity.correlation or "", activity.loop_condition or "", due.expression if due is not None else ""]
    if many is not None:
        texts += [many.collection or "", many.cardinality or "", many.complete_when or ""]
    own = frozenset(assignment.name for assignment in activity.script)
    return (_in_expressions(activity.id, texts) - own) | _decision_inputs(activity, materials)


# --- decisions -------------------------------------------------------------------------------------------------------


def _decision_model(activity: Activity, materials: Materials) -> DecisionModel | None:
    if activity.decision is None:
        return None
    if activity.decision not in materials.decisions:
        raise UnknownData(activity.id, f"its decision {activity.decision!r} was not given.")
    found = materials.decisions[activity.decision]
    if isinstance(found, (bytes, str)):
        try:
            return read_dmn(found)
        except BpmnError as error:
            raise UnknownData(activity.id, f"its decision {activity.decision!r} cannot be read: {error}") from error
    return found if isinstance(found, DecisionModel) else None


def _decision_inputs(activity: Activity, materials: Materials) -> Names:
    """The inputs of the whole graph: more than one decision of it may need, never less."""
    model = _decision_model(activity, materials)
    if model is None:
        return frozenset()
    tables = [d.expression for d in model.decisions if isinstance(d.expression, DecisionTable)]
    tested = _in_expressions(activity.id, (column.expression for table in tables for column in table.inputs))
    internal = {element.variable for element in (*model.decisions, *model.knowledge)}
    return (tested | {data.variable for data in model.inputs}) - internal


def _decided(activity: Activity, materials: Materials) -> Names:
    model = _decision_model(activity, materials)
    if model is None:
        return frozenset()
    decided = [d for d in model.decisions if d.id == activity.decision] or list(model.decisions)
    columns = {o.name for d in decided if isinstance(d.expression, DecisionTable) for o in d.expression.outputs}
    return frozenset(columns | {decision.variable for decision in decided}) - {""}


# --- forms -----------------------------------------------------------------------------------------------------------


def _schema(form: str | None, node: str, materials: Materials) -> Mapping[str, Any] | None:
    if form is None:
        return None
    if form not in materials.forms:
        raise UnknownData(node, f"its form {form!r} was not given.")
    found = materials.forms[form]
    schema = found if isinstance(found, Mapping) else getattr(found, "schema", None)
    if not isinstance(schema, Mapping):
        raise UnknownData(node, f"its form {form!r} is no form-js schema.")
    return schema


def _components(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for component in schema.get("components") or ():
        yield component
        yield from _components(component)


def _is_shown_only(component: Mapping[str, Any]) -> bool:
    return bool(component.get("disabled") or component.get("readonly")) or component.get("type") in _DECORATION


def _filled_in(form: str | None, node: str, materials: Materials) -> Names:
    schema = _schema(form, node, materials)
    if schema is None:
        return frozenset()
    fields = [c for c in _components(schema) if not _is_shown_only(c)]
    return frozenset(_variable(c["key"]) for c in fields if c.get("key"))


def written_by_form(form: str, materials: Materials) -> Names:
    """The fields of a form that can be filled in. Raises UnknownData."""
    return _filled_in(form, form, materials)


def _shown(node: AnyNode, materials: Materials) -> Names:
    form = None if not isinstance(node, Activity | EventNode) else node.form
    schema = _schema(form, node.id, materials)
    if schema is None:
        return frozenset()
    shown = {_variable(c["key"]) for c in _components(schema) if _is_shown_only(c) and c.get("key")}
    return frozenset(shown) | _in_expressions(node.id, _expressions(schema))


def _variable(key: str) -> str:
    """A field may bind a part of a value (`address.city`): the variable is the first word."""
    return key.split(".")[0]


def _expressions(component: Mapping[str, Any]) -> Iterator[str]:
    """FEEL in a schema: values that begin with `=`, and templates in texts."""
    for value in component.values():
        if isinstance(value, str) and value.startswith("="):
            yield value[1:]
        elif isinstance(value, str):
            yield from (match.strip() for match in _TEMPLATE.findall(value))
        elif isinstance(value, Mapping):
            yield from _expressions(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield from _expressions(item)
