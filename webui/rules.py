"""The decision tables of a procedure in words: what they say, and what they said about one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpmn.decisions import Decision, DecisionModel, describe, explain
from bpmn.errors import BpmnError
from bpmn.model import Activity
from bpmn.procedure import Procedure
from event_logs.event import Event, Lifecycle
from webui.forms import shown
from webui.language import current_language
from workflows.deciding import read_decisions, variables


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """A decision table: how its rows work together, and each row as a sentence."""

    name: str
    how: str
    rows: tuple[str, ...]


def in_words(procedure: Procedure) -> list[RuleInWords]:
    """Every decision table that an activity of the procedure asks."""
    models = read_decisions(procedure)
    asked = dict.fromkeys(a.decision for a in procedure.model.activities if a.decision in models)
    return [rule for key in asked if key and (rule := _in_words(procedure, models[key], key))]


def _in_words(procedure: Procedure, model: DecisionModel, key: str) -> RuleInWords | None:
    decision, language = model.find(key), current_language()
    if not isinstance(decision, Decision):
        return None
    sentences = describe(decision, language, lambda name, value: _text(procedure, name, value))
    return RuleInWords(decision.label(language), sentences[0], tuple(sentences[1:])) if sentences else None


def reasons(procedure: Procedure, events: Sequence[Event]) -> list[tuple[str, ...]]:
    """For each fact of a case why a rule decided as it did; nothing where no rule decided.

    The rule is asked again with what the facts before it had told. Where that gives another answer than the recorded one,
    something the facts do not tell played a part, and nothing is said.
    """
    models = read_decisions(procedure) if any(a.decision for a in procedure.model.activities) else {}
    data: dict[str, Any] = {}
    found = []
    for event in events:
        found.append(_reason(procedure, models, event, data))
        if event.lifecycle == Lifecycle.COMPLETE:
            data |= event.attributes
    return found


def _reason(
    procedure: Procedure, models: Mapping[str, DecisionModel], event: Event, data: Mapping[str, Any]
) -> tuple[str, ...]:
    node = procedure.model.node(event.activity) if procedure.model.has(event.activity) else None
    key = node.decision if isinstance(node, Activity) else None
    if event.lifecycle != Lifecycle.COMPLETE or key not in models or key is None:
        return ()
    try:
        explained = explain(
            models[key],
            data,
            key,
            language=current_language(),
            now=event.at,
            shown=lambda name, value: _text(procedure, name, value),
        )
    except BpmnError:
        return ()  # the facts do not hold all that the rule was asked with
    said = variables(models[key], key, explained.decided.value)
    told = all(event.attributes.get(name) == value for name, value in said.items())
    return explained.sentences if told else ()


def _text(procedure: Procedure, name: str, value: Any) -> str:
    """A value in the words of the form field of that name; nothing where there is no such field."""
    label, text = shown(procedure, name, value)
    return "" if label == name else text
