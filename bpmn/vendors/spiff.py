"""SpiffWorkflow and its editor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bpmn.dialects import translated
from bpmn.errors import Untranslatable
from bpmn.kept import Element, local
from bpmn.model import Assignment
from bpmn.vendors.terms import Terms
from bpmn.vendors.words import Words
from bpmn.vocabulary import SPIFF

NAMESPACES: Final = (SPIFF,)
_FORM_ENDS: Final = ("-schema.json", "_schema.json", ".json")


def terms(words: Words, element: str) -> Terms:
    operators = words.elements("serviceTaskOperator")
    decision = "".join((each.text or "").strip() for each in words.elements("calledDecisionId"))
    return Terms(
        form=_form(words),
        decision=decision,
        service="".join(each.get("id", "") for each in operators[:1]),
        inputs=tuple(line for each in operators for line in _parameters(words, each)),
        outputs=tuple(Assignment(e.get("resultVariable"), "result") for e in operators if e.get("resultVariable")),
        kept=words.kept(),
    )


def _form(words: Words) -> str:
    for box in words.elements("properties"):
        for each in box:
            if each.get("name") == "formJsonSchemaFilename" and each.get("value"):
                return _without_end(each.get("value"))
    return ""


def _without_end(name: str) -> str:
    end = next((end for end in _FORM_ENDS if name.endswith(end)), "")
    return name.removesuffix(end)


def _parameters(words: Words, operator: Element) -> Iterator[Assignment]:
    for line in (line for line in operator.iter() if local(line) == "parameter" and line.get("id")):
        try:
            value = translated(line.get("value", ""), "python") or ""
        except Untranslatable as refusal:
            words.refuse(f"parameter {line.get('id')}", str(refusal).rstrip("."))
            continue
        if value:
            yield Assignment(line.get("id"), value)
