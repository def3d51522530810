"""Camunda 8, whose words are elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from bpmn.expressions import feel
from bpmn.kept import Element, local
from bpmn.model import Assignment, Listener
from bpmn.vendors.meanings import constant, moment, number, of_zeebe, posts, readable
from bpmn.vendors.terms import Terms
from bpmn.vendors.words import Words
from bpmn.vocabulary import ZEEBE

NAMESPACES: Final = (ZEEBE,)


def terms(words: Words, element: str) -> Terms:
    words.elements("userTask", "userTaskForm")  # the one says nothing, the other is a form beside the process
    inputs, outputs = _mapped(words)
    decision = _value(words, "calledDecision", "decisionId", constant)
    result = _value(words, "calledDecision", "resultVariable", constant)
    return Terms(
        form=_value(words, "formDefinition", "formId", constant)
        or _value(words, "formDefinition", "formKey", _form_key),
        decision=decision,
        service=_value(words, "taskDefinition", "type", constant),
        called=_value(words, "calledElement", "processId", constant),
        posts=_posts(words),
        assignee=_value(words, "assignmentDefinition", "assignee", of_zeebe),
        candidates=_value(words, "assignmentDefinition", "candidateUsers", _people),
        priority=_value(words, "priorityDefinition", "priority", _number),
        due=_value(words, "taskSchedule", "dueDate", _moment),
        inputs=inputs,
        outputs=(*outputs, Assignment(result, "result")) if decision and result and not outputs else outputs,
        script=tuple(_script(words)),
        listeners=tuple(_listeners(words)),
        kept=words.kept(),
    )


def loop(words: Words) -> tuple[str, str, tuple[str, ...]]:
    """The collection, the variable of one of it, and what is kept."""
    for element in words.elements("loopCharacteristics"):
        for name in ("outputCollection", "outputElement"):
            if element.get(name):
                words.refuse(f"loopCharacteristics.{name}", "results are not gathered in a list here")
        return words.value(element, "inputCollection", _feel, ""), element.get("inputElement", ""), words.kept()
    return "", "", words.kept()


def _value(words: Words, tag: str, name: str, meaning: Callable[[str], str]) -> str:
    found = (words.value(element, name, meaning, "") for element in words.elements(tag))
    return next(filter(None, found), "")


def _feel(text: str) -> str:
    return readable(feel(text))


def _number(text: str) -> str:
    return number(feel(text))


def _moment(text: str) -> str:
    return moment(text)


def _people(text: str) -> str:
    """A FEEL list, or names with commas between them."""
    if text.startswith("="):
        return _feel(text)
    return "[" + ", ".join(of_zeebe(part.strip()) for part in text.split(",") if part.strip()) + "]"


def _form_key(text: str) -> str:
    """A form that stands in the file itself has a long key."""
    return constant(text).removeprefix("camunda-forms:bpmn:")


def _posts(words: Words) -> tuple[str, ...]:
    for element in words.elements("assignmentDefinition"):
        return words.value(element, "candidateGroups", posts, ())
    return ()


def _mapped(words: Words) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    lines = [line for box in words.elements("ioMapping") for line in box]
    return tuple(_lines(words, lines, "input")), tuple(_lines(words, lines, "output"))


def _lines(words: Words, elements: list[Element], tag: str) -> Iterator[Assignment]:
    for line in (line for line in elements if local(line) == tag and line.get("target")):
        value = words.value(line, "source", of_zeebe, "")
        if value:
            yield Assignment(line.get("target"), value)


def _script(words: Words) -> Iterator[Assignment]:
    for element in words.elements("script"):
        value = words.value(element, "expression", _feel, "")
        if value and element.get("resultVariable"):
            yield Assignment(element.get("resultVariable"), value)


def _listeners(words: Words) -> Iterator[Listener]:
    for box in words.elements("executionListeners", "taskListeners"):
        for each in (child for child in box if isinstance(child.tag, str)):
            yield Listener(each.get("eventType", ""), each.get("type", ""))
