"""Which redesign explains that an element differs: what the operators of `bpmn.changes` leave behind, seen from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from bpmn.layout.layering import begins, forward, scope_edges
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Gateway, GatewayKind, ProcessModel

_PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL, ActivityKind.TASK)
_MACHINES = (ActivityKind.SERVICE, ActivityKind.RULE, ActivityKind.SCRIPT)


class Cause(StrEnum):
    """The redesign that explains a difference."""

    DROPPED = "dropped"
    MERGED = "merged"
    PARALLELISED = "parallelised"
    MOVED = "moved"
    HANDED_OVER = "handed_over"
    AUTOMATED = "automated"
    RETIMED = "retimed"
    TRIAGED = "triaged"


def causes(old: ProcessModel, new: ProcessModel) -> dict[str, Cause]:
    """The cause by element; an element without one has only its raw difference.

    Earlier rules win: what was merged is not dropped, what runs side by side was not moved.
    """
    pair = _Pair(old, new)
    found: dict[str, Cause] = {}
    for step in (_merged, _lanes, _parallelised, _moved, _dropped, _handed_over, _automated, _retimed):
        for id, cause in step(pair):
            found.setdefault(id, cause)
    _spread(pair, found)
    return found


class _Pair:
    """Two versions, and who does something before whom in each."""

    def __init__(self, old: ProcessModel, new: ProcessModel) -> None:
        self.old, self.new = old, new
        self.removed = [n for n in old.nodes if not new.has(n.id)]
        self.added = [n for n in new.nodes if not old.has(n.id)]
        self.both = [(old.node(n.id), n) for n in new.nodes if old.has(n.id)]
        self.activities = [(a, b) for a, b in self.both if isinstance(a, Activity) and isinstance(b, Activity)]
        self.later_old, self.later_new = _later(old), _later(new)


def _later(model: ProcessModel) -> dict[str, set[str]]:
    """Nodes that come after each node on the way forward: flows that lead back do not count."""
    following: dict[str, list[str]] = {}
    for scope in dict.fromkeys(node.scope for node in model.nodes):
        inside = [node for node in model.nodes if node.scope == scope]
        following |= forward(scope_edges(model, inside), begins(model, inside))
    return {node.id: _reached(following, node.id) for node in model.nodes}


def _reached(following: Mapping[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [*following.get(start, ())]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += following.get(id, ())
    return found


def _merged(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    """An activity is gone, and its neighbour of the same kind bears its name, or its form."""
    for gone in (n for n in pair.removed if isinstance(n, Activity)):
        near = {f.source for f in pair.old.incoming(gone.id)} | {f.target for f in pair.old.outgoing(gone.id)}
        for before, after in pair.activities:
            if after.id in near and before.kind is gone.kind and _took_over(gone, before, after):
                yield gone.id, Cause.MERGED
                yield after.id, Cause.MERGED


def _took_over(gone: Activity, before: Activity, after: Activity) -> bool:
    renamed = before.name != after.name and gone.label() in after.label()
    return renamed or (before.form != after.form and gone.form is not None and gone.form == after.form)


def _lanes(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    """A new choice before old work, with a way beside it: machines alone automate it, anything else is a fast lane."""
    for gateway in pair.added:
        if not isinstance(gateway, Gateway) or gateway.kind is not GatewayKind.EXCLUSIVE:
            continue
        ways = [flow.target for flow in pair.new.outgoing(gateway.id)]
        old_work = [id for id in ways if pair.old.has(id)]
        if len(ways) != 2 or not old_work:
            continue
        lane = _new_behind(pair, [id for id in ways if id not in old_work[:1]])
        beside = _beside(pair, old_work[0], lane)
        cause = _cause_of_lane(pair, lane, beside)
        yield from ((id, cause) for id in (gateway.id, *lane, *beside))
        yield from ((flow.source, cause) for flow in pair.new.incoming(gateway.id) if not pair.old.has(flow.source))


def _new_behind(pair: _Pair, ids: list[str]) -> list[str]:
    """The new nodes that follow, up to the first old one."""
    found: list[str] = []
    while ids and not pair.old.has(ids[0]) and ids[0] not in found:
        found.append(ids[0])
        ids = [flow.target for flow in pair.new.outgoing(ids[0])]
    return found


def _beside(pair: _Pair, first: str, lane: list[str]) -> list[str]:
    """The old activities that the lane goes around."""
    found: list[str] = []
    while pair.old.has(first) and isinstance(pair.new.node(first), Activity) and first not in found:
        found.append(first)
        following = [flow.target for flow in pair.new.outgoing(first)]
        if len(following) != 1 or following[0] in lane:
            break
        first = following[0]
    return found


def _cause_of_lane(pair: _Pair, lane: list[str], beside: list[str]) -> Cause:
    work = [node for node in map(pair.new.node, lane) if isinstance(node, Activity)]
    alone = bool(work) and all(activity.kind in _MACHINES for activity in work) and len(beside) == 1
    return Cause.AUTOMATED if alone else Cause.TRIAGED


def _parallelised(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    """One came before the other, now neither does, and a new parallel gateway stands before both."""
    splits = [n for n in pair.added if isinstance(n, Gateway) and n.kind is GatewayKind.PARALLEL]
    for split in splits:
        after = [after.id for _, after in pair.activities if after.id in pair.later_new[split.id]]
        for one in after:
            for two in after:
                ordered = two in pair.later_old[one] and one not in pair.later_old[two]
                if ordered and two not in pair.later_new[one] and one not in pair.later_new[two]:
                    yield from ((id, Cause.PARALLELISED) for id in (one, two, split.id))
    joined = {n.id for n in splits}
    if joined:
        yield from ((id, Cause.PARALLELISED) for id in joined)


def _moved(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    """One came before the other, now the other does: whoever changed places with most was moved."""
    swaps: dict[str, int] = {}
    pairs: list[tuple[str, str]] = []
    ids = [after.id for _, after in pair.activities]
    for one in ids:
        for two in ids:
            was = two in pair.later_old[one] and one not in pair.later_old[two]
            if was and one in pair.later_new[two] and two not in pair.later_new[one]:
                pairs.append((one, two))
                for id in (one, two):
                    swaps[id] = swaps.get(id, 0) + 1
    for one, two in pairs:
        yield (two if swaps[two] > swaps[one] else one), Cause.MOVED
        if swaps[two] == swaps[one]:
            yield two, Cause.MOVED


def _dropped(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    return ((node.id, Cause.DROPPED) for node in pair.removed if isinstance(node, Activity))


def _handed_over(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    for before, after in pair.activities:
        if before.kind is after.kind and set(posts(pair.old, before)) != set(posts(pair.new, after)):
            yield after.id, Cause.HANDED_OVER


def posts(model: ProcessModel, activity: Activity) -> tuple[str, ...]:
    """Who does it, also where its lane is unknown."""
    if activity.posts or activity.lane not in {lane.id for lane in model.lanes}:
        return activity.posts
    return model.posts(activity.id)


def _automated(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    for before, after in pair.activities:
        if before.kind in _PEOPLE and after.kind in _MACHINES:
            yield after.id, Cause.AUTOMATED


def _retimed(pair: _Pair) -> Iterator[tuple[str, Cause]]:
    for before, after in pair.both:
        one, two = _time(before), _time(after)
        if one is not None and two is not None and one != two:
            yield after.id, Cause.RETIMED


def _time(node: AnyNode) -> object:
    return node.due if isinstance(node, Activity) else node.timer if isinstance(node, EventNode) else None


def _spread(pair: _Pair, found: dict[str, Cause]) -> None:
    """New and lost gateways, events and flows have the cause of what they lead from or to."""
    loose = [n.id for n in (*pair.added, *pair.removed) if n.id not in found]
    flows = [f for model in (pair.old, pair.new) for f in model.flows]
    changed = [f for f in flows if f not in pair.old.flows or f not in pair.new.flows]
    for _ in loose:
        for flow in changed:
            for one, two in ((flow.source, flow.target), (flow.target, flow.source)):
                if one in loose and one not in found and two in found:
                    found[one] = found[two]
    for flow in changed:
        cause = found.get(flow.source) or found.get(flow.target)
        if cause is not None:
            found.setdefault(flow.id, cause)
