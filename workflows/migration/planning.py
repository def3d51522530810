"""A plan: where each element of the old version is found in the new one, by its id, by what it is like, or as a person says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bpmn.comparison import differences
from bpmn.model import Activity, AnyNode, Gateway
from workflows.deployment import find_version
from workflows.engine import Plan
from workflows.errors import InvalidPlan
from workflows.tables import ProcedureVersion
from workflows.versions import Runnable, runnable

ENOUGH_ALIKE = 3


@dataclass(frozen=True, kw_only=True)
class MigrationPlan:
    """From one version to another. `places` leads from old elements to new ones, those of called procedures included.

    `alike` are the old elements whose place was found by comparison: a person should look at them. `gone` have no place in
    the new version, `added` are its elements without a counterpart, `changed` are the old ones that differ there.
    """

    procedure: str
    source: int
    target: int
    places: Mapping[str, str]
    alike: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()


def plan(
    session: Session, procedure: str, source: int, target: int, mapping: Mapping[str, str | None] | None = None
) -> MigrationPlan:
    """Propose how the running cases of version `source` go on with version `target`.

    `mapping` decides single elements: the id of the new one, or None where there is none. Raises UnknownProcedure, InvalidPlan.
    """
    if source == target:
        raise InvalidPlan(f"version {source} is both the old and the new one")
    old, new = (_ready(session, find_version(session, procedure, number)) for number in (source, target))
    given = dict(mapping or {})
    _check(given, old.plan, new.plan)
    places = {place: place for place, node in old.plan.nodes.items() if _same_kind(node, new.plan.nodes.get(place))}
    places = {old_place: place for old_place, place in places.items() if old_place not in given}
    places |= {old_place: place for old_place, place in given.items() if place is not None}
    alike = dict(_alike(old.plan, new.plan, places, set(given)))
    places |= alike
    return MigrationPlan(
        procedure=procedure,
        source=source,
        target=target,
        places=places,
        alike=tuple(alike),
        gone=tuple(place for place in old.plan.nodes if place not in places),
        added=tuple(place for place in new.plan.nodes if place not in set(places.values())),
        changed=_changed(old, new),
    )


def _ready(session: Session, version: ProcedureVersion) -> Runnable:
    return runnable(session, version.digest)


def _check(given: Mapping[str, str | None], old: Plan, new: Plan) -> None:
    for place, other in given.items():
        if place not in old.nodes:
            raise InvalidPlan(f"the old version has no element {place!r}")
        if other is not None and other not in new.nodes:
            raise InvalidPlan(f"the new version has no element {other!r}, to which {place!r} should lead")


def _same_kind(old: AnyNode, new: AnyNode | None) -> bool:
    return new is not None and _kind(old) == _kind(new)


def _kind(node: AnyNode) -> tuple[object, ...]:
    if isinstance(node, Activity):
        repeats = "many" if node.multi_instance else "loop" if node.loop_condition is not None else ""
        return (node.kind, repeats, node.triggered_by_event)
    if isinstance(node, Gateway):
        return (node.kind,)
    return (node.position, node.trigger, node.attached_to is not None)


def _alike(old: Plan, new: Plan, places: Mapping[str, str], decided: set[str]) -> Iterator[tuple[str, str]]:
    """Old elements without a place, and the one new element without a counterpart that is clearly the same work."""
    taken = set(places.values())
    for place, node in old.nodes.items():
        if place in places or place in decided:
            continue
        free = [p for p, n in new.nodes.items() if p not in taken and _same_kind(node, n) and _beside(p, place)]
        ranked = sorted(((_likeness(old, new, place, other, places), other) for other in free), reverse=True)
        clear = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][0] > ranked[1][0])
        if clear and ranked[0][0] >= ENOUGH_ALIKE:
            taken.add(ranked[0][1])
            yield place, ranked[0][1]


def _beside(one: str, other: str) -> bool:
    return one.rpartition("/")[0] == other.rpartition("/")[0]


def _likeness(old: Plan, new: Plan, place: str, other: str, places: Mapping[str, str]) -> int:
    """Points for the same name, the same form or work, and the same neighbours."""
    one, two = old.nodes[place], new.nodes[other]
    points = 3 if one.name and one.name == two.name else 0
    works = [
        tuple(getattr(node, name, None) for name in ("form", "service", "decision", "called")) for node in (one, two)
    ]
    points += 2 if works[0] == works[1] and any(works[0]) else 0
    for side in (_before, _after):
        points += 2 if {places.get(neighbour) for neighbour in side(old, place)} & side(new, other) else 0
    return points


def _before(plan: Plan, place: str) -> set[str]:
    spec = plan.of(place)
    return {other for other in plan.nodes if any(way.target is spec for way in plan.of(other).ways)}


def _after(plan: Plan, place: str) -> set[str]:
    return {way.target.place for way in plan.of(place).ways}


def _changed(old: Runnable, new: Runnable) -> frozenset[str]:
    """Elements that both versions have and that are not the same in them."""
    found = differences(old.procedure.model, new.procedure.model)
    return frozenset(d.element for d in found if d.what in ("activity", "gateway", "event") and d.kind == "changed")
