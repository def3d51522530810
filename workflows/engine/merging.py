"""Bringing the data of parallel branches together: a three-way merge, so that no branch undoes another's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

MISSING: Any = object()


def merge(
    base: Mapping[str, Any],
    branches: Sequence[Mapping[str, Any]],
    conflicts: list[tuple[str, list[Any]]],
    path: str = "",
) -> dict[str, Any]:
    """What the branches made of `base`, together; only real changes count.

    Contexts are merged key by key; lists of equal length item by item, where they hold contexts or no two branches changed the
    same item; other lists by what was added and removed. Where two branches set different values the last one stands and
    `conflicts` gains (path, values). Nothing given is changed.
    """
    if len(branches) == 1:
        return dict(branches[0])
    merged = dict(base)
    for key in _touched(base, branches):
        value = _merged(
            base.get(key, MISSING), [b.get(key, MISSING) for b in branches], conflicts, f"{path}.{key}".lstrip(".")
        )
        if value is MISSING:
            del merged[key]
        else:
            merged[key] = value
    return merged


def _touched(base: Mapping[str, Any], branches: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """The keys whose value is another object in a branch, or not there: few of many."""
    gone = [key for branch in branches for key in base if key not in branch]
    set_anew = [key for branch in branches for key, value in branch.items() if base.get(key, MISSING) is not value]
    return dict.fromkeys(gone + set_anew)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that are new or another value afterwards."""
    return {name: value for name, value in after.items() if name not in before or not same(before[name], value)}


def _merged(base: Any, found: list[Any], conflicts: list[tuple[str, list[Any]]], path: str) -> Any:
    changes = _distinct([value for value in found if not same(value, base)])
    if not changes:
        return base
    if len(changes) == 1:
        return changes[0]
    if all(isinstance(value, Mapping) for value in changes):
        return merge(base if isinstance(base, Mapping) else {}, changes, conflicts, path)
    if isinstance(base, list) and all(isinstance(value, list) for value in changes):
        return _lists(base, changes, conflicts, path)
    conflicts.append((path, [None if value is MISSING else value for value in changes]))
    return changes[-1]


def _lists(base: list[Any], changes: list[list[Any]], conflicts: list[tuple[str, list[Any]]], path: str) -> list[Any]:
    if all(len(value) == len(base) for value in changes):
        of_contexts = all(isinstance(item, Mapping) for value in (base, *changes) for item in value)
        places = [
            _distinct([v for v in (value[at] for value in changes) if not same(v, item)])
            for at, item in enumerate(base)
        ]
        if of_contexts or all(len(new) < 2 for new in places):
            return [
                _merged(item, [value[at] for value in changes], conflicts, f"{path}[{at + 1}]")
                for at, item in enumerate(base)
            ]
    gone, merged = [_beyond(base, value) for value in changes], list(base)
    if any(_reordered(base, value) for value in changes):  # what was added and removed would not tell it
        conflicts.append((path, list(changes)))
        return changes[-1]
    for item in _together(gone):
        merged.pop(next(at for at, kept in enumerate(merged) if same(kept, item)))
    return merged + _together([_beyond(value, base) for value in changes])


def _reordered(base: list[Any], value: list[Any]) -> bool:
    """Whether what there is of the base stands in another order there."""
    ahead = iter(base)
    added = _beyond(value, base)
    kept = _beyond(value[::-1], added)[::-1]  # of equal items the last ones are those that were added
    return not all(any(same(item, known) for known in ahead) for item in kept)


def _beyond(one: list[Any], other: list[Any]) -> list[Any]:
    """The items of one list that the other has not, or not as often."""
    left, beyond = list(other), []
    for item in one:
        at = next((at for at, known in enumerate(left) if same(known, item)), None)
        if at is None:
            beyond.append(item)
        else:
            left.pop(at)
    return beyond


def _together(lists: list[list[Any]]) -> list[Any]:
    """All items of the lists, each as often as the list has it that has it most often."""
    found: list[Any] = []
    for items in lists:
        found += _beyond(items, found)
    return found


def _distinct(values: list[Any]) -> list[Any]:
    distinct: list[Any] = []
    for value in values:
        if not any(same(value, other) for other in distinct):
            distinct.append(value)
    return distinct


def same(one: Any, other: Any) -> bool:
    """Equal as FEEL values, at any depth: true is not 1, but 1 from a program is the 1 of a form."""
    if one is other:
        return True
    if one is MISSING or other is MISSING:
        return False
    if type(one) is not type(other):
        return _is_number(one) and _is_number(other) and bool(one == other)
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
