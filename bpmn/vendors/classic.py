"""Camunda 7, Flowable and Activiti, which have most of their words in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from bpmn.dialects import constant_or, juel, translated
from bpmn.errors import Untranslatable
from bpmn.kept import Element, local
from bpmn.model import Assignment, Listener
from bpmn.vendors.meanings import bean, computed, constant, moment, number, people, posts
from bpmn.vendors.terms import Terms
from bpmn.vendors.words import Words
from bpmn.vocabulary import ACTIVITI, CAMUNDA, FLOWABLE

NAMESPACES: Final = (CAMUNDA, FLOWABLE, ACTIVITI)
_CALLS: Final = ("class", "delegateExpression", "expression")


def terms(words: Words, element: str) -> Terms:
    fields = words.elements("formData", "formProperty")
    inputs, outputs = _mapped(words)
    decision = words.attribute("decisionRef", constant, "") or _decision_table(words)
    if decision and words.says("resultVariable"):
        outputs = (*outputs, Assignment(words.text("resultVariable"), "result"))
    return Terms(
        form=words.attribute("formKey", constant, "") or words.text("formRef") or (element if fields else ""),
        decision=decision,
        service=_service(words),
        posts=words.attribute("candidateGroups", posts, ()),
        assignee=words.attribute("assignee", constant_or, ""),
        candidates=words.attribute("candidateUsers", people, ""),
        priority=words.attribute("priority", number, ""),
        due=words.attribute("dueDate", moment, ""),
        inputs=inputs,
        outputs=outputs,
        listeners=tuple(_listeners(words)),
        kept=words.kept(),
    )


def loop(words: Words) -> tuple[str, str, tuple[str, ...]]:
    """The collection, the variable of one of it, and what is kept."""
    collection = words.attribute("collection", _collection, "")
    return collection, words.text("elementVariable"), words.kept()


def _collection(text: str) -> str:
    return juel(text) if computed(text) else text


def _service(words: Words) -> str:
    named = words.attribute("topic", constant, "")
    words.text("type") if named or words.text("type") == "external" else None
    calls = (words.attribute(name, bean, "") for name in _CALLS)
    return named or next(filter(None, calls), "")


def _decision_table(words: Words) -> str:
    """Flowable's way: a service task of the type dmn, with the table in a field."""
    if words.text("type") != "dmn":
        return ""
    named = [
        f
        for f in words.elements("field")
        if f.get("name") in ("decisionTableReferenceKey", "decisionServiceReferenceKey")
    ]
    return "".join(str(named[0].xpath("string()")).split()) or named[0].get("stringValue", "") if named else ""


def _mapped(words: Words) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    boxes = [line for box in words.elements("inputOutput") for line in box]
    given = [line for line in boxes if local(line) == "inputParameter"]
    taken = [line for line in boxes if local(line) == "outputParameter"]
    inputs = [*_passed(words, words.elements("in")), *_lines(words, given)]
    outputs = [*_passed(words, words.elements("out")), *_lines(words, taken)]
    return tuple(inputs), tuple(outputs)


def _passed(words: Words, elements: list[Element]) -> Iterator[Assignment]:
    """`<in source= target=>` of call activities; all variables are passed anyway, unless some are named."""
    for element in elements:
        target = element.get("target")
        if target and element.get("source"):
            yield Assignment(target, element.get("source"))
        elif target and (value := words.value(element, "sourceExpression", _expression, "")):
            yield Assignment(target, value)
        elif element.get("businessKey"):
            words.refuse(f"{local(element)}.businessKey", "a case has its own number here")


def _expression(text: str) -> str:
    return juel(text) if computed(text) else constant_or(text)


def _lines(words: Words, elements: list[Element]) -> Iterator[Assignment]:
    for element in elements:
        name = element.get("name")
        try:
            value = _parameter(element)
        except Untranslatable as refusal:
            words.refuse(f"{local(element)} {name}", str(refusal).rstrip("."))
            continue
        if name:
            yield Assignment(name, value)


def _parameter(element: Element) -> str:
    """A text, a script, a list or a map."""
    inner = next((child for child in element if isinstance(child.tag, str)), None)
    if inner is None:
        return constant_or((element.text or "").strip())
    return _INNER.get(local(inner), _unknown)(inner)


def _script(element: Element) -> str:
    text = (element.text or "").strip()
    return translated(text, element.get("scriptFormat")) or text


def _list(element: Element) -> str:
    return "[" + ", ".join(_parameter(child) for child in element if isinstance(child.tag, str)) + "]"


def _map(element: Element) -> str:
    entries = [child for child in element if isinstance(child.tag, str)]
    return "{" + ", ".join(f"{constant_or(entry.get('key', ''))}: {_parameter(entry)}" for entry in entries) + "}"


def _unknown(element: Element) -> str:
    raise Untranslatable(local(element), 0, "values of this kind are known to their engine only")


_INNER: Final[dict[str, Callable[[Element], str]]] = {"script": _script, "list": _list, "map": _map}


def _listeners(words: Words) -> Iterator[Listener]:
    for element in words.elements("taskListener", "executionListener"):
        call = next((element.get(name) for name in _CALLS if element.get(name)), None)
        script = next((child for child in element if local(child) == "script"), None)
        if call is not None:
            yield Listener(element.get("event", ""), call)
        elif script is not None:
            yield Listener(element.get("event", ""), (script.text or "").strip(), script.get("scriptFormat"))
