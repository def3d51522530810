"""An execution's state as text: living tokens, their data as differences to the case's variables, and merge bases.

The text says its format. An older one is brought to today's by the named steps of `upgrades.py`, one after the other, and
a newer one is refused; what older versions wrote is kept in `tests/workflows/states/` and opened by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from event_logs import typed_json as codec
from workflows.engine.merging import MISSING, same
from workflows.engine.tokens import Run, Split, Token, Undoable
from workflows.engine.upgrades import FORMAT, upgraded
from workflows.errors import BrokenState

if TYPE_CHECKING:
    from workflows.engine.plan import Plan
    from workflows.engine.steps import Steps

_OPTIONAL = ("via", "host", "split", "group", "leaving", "failure", "local", "progress")


def dump(run: Run) -> str:
    """The run as text; see `load`."""
    shared = {id(token.data): token.data for token in run.tasks.values()}
    differences = {key: _difference(data, run.view) for key, data in shared.items()}
    tokens = [_told(token, differences[id(token.data)]) for token in run.tasks.values()]
    told: dict[str, Any] = {"format": FORMAT, "last": run.last_id, "tokens": tokens}
    if run.splits:
        told["splits"] = [_split_told(of, parted, run.view) for of, parted in run.splits.items()]
    if run.undoable:
        told["undoable"] = [_undoable_told(done, run.view) for done in run.undoable]
    return codec.dumps(told)


def _told(token: Token, difference: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": token.id, "at": token.task_spec.name, "state": token._state}
    if token._parent is not None:
        told["parent"] = token._parent
    if token.scope is not None:
        told["scope"] = token.scope
    for name in _OPTIONAL:
        if value := getattr(token, name):
            told[name] = value
    told.update(difference)
    return told


def _difference(data: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
    # (Nearly always it is the very value: asking `same` of each would cost more.)
    differing = {
        name: value
        for name, value in data.items()
        if (seen := view.get(name, MISSING)) is not value and not same(seen, value)
    }
    missing = [] if view.keys() <= data.keys() else [name for name in view if name not in data]
    return ({"data": differing} if differing else {}) | ({"without": missing} if missing else {})


def _split_told(of: int, parted: Split, view: Mapping[str, Any]) -> dict[str, Any]:
    if parted.partial:
        return {"of": of, "in": parted.outer, "changed": dict(parted.data)}
    return {"of": of, "in": parted.outer, **_difference(parted.data, view)}


def _split(view: Mapping[str, Any], told: Mapping[str, Any]) -> Split:
    if "changed" in told:
        return Split(told["in"], told["changed"], partial=True)
    return Split(told["in"], _data(view, told))


def _undoable_told(done: Undoable, view: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"at": done.at, "scope": done.scope, **_difference(done.data, view)}
    if done.inside:
        told["inside"] = [_undoable_told(inside, view) for inside in done.inside]
    return told | ({"running": True} if done.running else {})


def load(plan: Plan, text: str, view: Mapping[str, Any], steps: Steps) -> Run:
    """The run that was dumped as `text` with these variables, which its tokens share and nobody changes; raises BrokenState."""
    try:
        stored = codec.loads(text)
    except ValueError as error:
        raise BrokenState(f"it is no JSON ({error}).") from error
    stored = upgraded(stored)
    run = Run(plan, steps)
    run.view = dict(view)
    for told in stored["tokens"]:
        _restore(run, told, view)
    run.last_id = stored["last"]
    for token in run.tasks.values():
        if token._parent is not None:
            run.tasks[token._parent]._children.append(token.id)
    run.splits = {told["of"]: _split(view, told) for told in stored.get("splits", ())}
    run.undoable = [_undoable(view, told) for told in stored.get("undoable", ())]
    return run


def _restore(run: Run, told: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    spec = run.plan.spec.task_specs.get(told["at"])
    if spec is None:
        raise BrokenState(f"it names the element {told['at']!r}, which this version does not have.")
    run.last_id = told["id"] - 1
    token = Token(run, spec, None, _data(seen, told), told.get("scope"))
    token._parent = told.get("parent")
    token._state = told["state"]
    for name in _OPTIONAL:
        if name in told:
            setattr(token, name, told[name])


def _data(seen: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of a token; those that see the variables as they are share them."""
    if "without" in told:
        without = set(told["without"])
        seen = {name: value for name, value in seen.items() if name not in without}
    return {**seen, **told["data"]} if "data" in told else seen


def _undoable(seen: Mapping[str, Any], told: Mapping[str, Any]) -> Undoable:
    inside = [_undoable(seen, each) for each in told.get("inside", ())]
    return Undoable(told["at"], told["scope"], _data(seen, told), inside, told.get("running", False))
