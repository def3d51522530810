"""An execution's state as text: living tokens, their data as differences to the case's variables, and merge bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from event_logs import typed_json as codec
from workflows.engine.merging import same
from workflows.engine.tokens import Run, Token
from workflows.errors import BrokenState

if TYPE_CHECKING:
    from workflows.engine.plan import Plan
    from workflows.engine.steps import Steps

FORMAT = 1
_OPTIONAL = ("via", "host", "group", "leaving", "failure", "local", "progress")


def dump(run: Run) -> str:
    """The run as text; see `load`."""
    tokens = [_told(token, run.view) for token in run.tasks.values()]
    return codec.dumps({"format": FORMAT, "last": run.last_id, "tokens": tokens})


def _told(token: Token, view: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": token.id, "at": token.task_spec.name, "state": token._state}
    if token._parent is not None:
        told["parent"] = token._parent
    if token.scope is not None:
        told["scope"] = token.scope
    told |= {name: value for name in _OPTIONAL if (value := getattr(token, name))}
    differing = {name: value for name, value in token.data.items() if name not in view or not same(view[name], value)}
    missing = [name for name in view if name not in token.data]
    return told | ({"data": differing} if differing else {}) | ({"without": missing} if missing else {})


def load(plan: Plan, text: str, view: Mapping[str, Any], steps: Steps) -> Run:
    """The run that was dumped as `text` with these variables; raises BrokenState."""
    try:
        stored = codec.loads(text)
    except ValueError as error:
        raise BrokenState(f"it is no JSON ({error}).") from error
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise BrokenState(f"its format is not {FORMAT}; it was written by another version of the product.")
    run = Run(plan, steps)
    run.view = dict(view)
    for told in stored["tokens"]:
        _restore(run, told)
    run.last_id = stored["last"]
    for token in run.tasks.values():
        if token._parent is not None:
            run.tasks[token._parent]._children.append(token.id)
    return run


def _restore(run: Run, told: Mapping[str, Any]) -> None:
    spec = run.plan.spec.task_specs.get(told["at"])
    if spec is None:
        raise BrokenState(f"it names the element {told['at']!r}, which this version does not have.")
    without = set(told.get("without", ()))
    data = {name: value for name, value in run.view.items() if name not in without} | told.get("data", {})
    run.last_id = told["id"] - 1
    token = Token(run, spec, None, data, told.get("scope"))
    token._parent = told.get("parent")
    token._state = told["state"]
    for name in _OPTIONAL:
        if name in told:
            setattr(token, name, told[name])
