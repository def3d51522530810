"""The forms and decisions of a procedure's sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bpmn.errors import BpmnError
from bpmn.kept import local
from bpmn.reading.parsing import parse_safely
from bpmn.toml_tables import Mistakes


def read_forms(sources: Mapping[str, bytes], mistakes: Mistakes) -> dict[str, Any]:
    """Forms by key, which is the name of their file."""
    found: dict[str, Any] = {}
    for path in sorted(sources):
        if path.endswith(".json"):
            _read_form(path, sources[path], found, mistakes)
    return found


def _read_form(path: str, content: bytes, found: dict[str, Any], mistakes: Mistakes) -> None:
    key = PurePosixPath(path).stem
    try:
        form = json.loads(content.decode("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        mistakes.add(path, "", f"this is no JSON in UTF-8: {error}")
        return
    if key in found:
        mistakes.add(path, "", f"there is another form {key!r}; form files need different names.")
    found[key] = form


def read_decisions(sources: Mapping[str, bytes], mistakes: Mistakes) -> dict[str, Any]:
    """Decision models by the id of each decision in them."""
    found: dict[str, Any] = {}
    for path in sorted(sources):
        if path.endswith(".dmn"):
            _read_decision_model(path, sources[path], found, mistakes)
    return found


def _read_decision_model(path: str, content: bytes, found: dict[str, Any], mistakes: Mistakes) -> None:
    try:
        root = parse_safely(content)
    except BpmnError as error:
        mistakes.add(path, "", str(error))
        return
    for element in root:
        if local(element) == "decision":
            if element.get("id") in found:
                mistakes.add(path, element.get("id"), "another file has a decision of that id; ids need to differ.")
            found[str(element.get("id"))] = content
