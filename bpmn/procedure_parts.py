"""The forms and decisions of a procedure's sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bpmn.decisions import DecisionModel, read_dmn
from bpmn.errors import BpmnError
from bpmn.forms import read_form
from bpmn.toml_tables import Mistakes


def read_forms(sources: Mapping[str, bytes], mistakes: Mistakes) -> dict[str, Any]:
    """Schemas of forms by key, which is the name of their file; `bpmn.forms.read_form` has read every one."""
    found: dict[str, Any] = {}
    for path in sorted(sources):
        if path.endswith(".json"):
            _read_form(path, sources[path], found, mistakes)
    return found


def _read_form(path: str, content: bytes, found: dict[str, Any], mistakes: Mistakes) -> None:
    key = PurePosixPath(path).stem
    try:
        read_form(content)
    except BpmnError as error:
        mistakes.add(path, "", str(error))
        return
    if key in found:
        mistakes.add(path, "", f"there is another form {key!r}; form files need different names.")
    found[key] = json.loads(content)


def read_decisions(sources: Mapping[str, bytes], mistakes: Mistakes) -> dict[str, DecisionModel]:
    """Decision models by the id of each decision in them."""
    found: dict[str, DecisionModel] = {}
    for path in sorted(sources):
        if path.endswith(".dmn"):
            _read_decision_model(path, sources[path], found, mistakes)
    return found


def _read_decision_model(path: str, content: bytes, found: dict[str, DecisionModel], mistakes: Mistakes) -> None:
    try:
        model = read_dmn(content)
    except BpmnError as error:
        mistakes.add(path, "", str(error))
        return
    for decision in model.decisions:
        if decision.id in found:
            mistakes.add(path, decision.id, "another file has a decision of that id; ids need to differ.")
        found[decision.id] = model
