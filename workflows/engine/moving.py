"""A person moves a token to another step of the drawing: past one that cannot be done, or back to one to be done again."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.util.task import TaskState

from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Gateway, GatewayKind, Position, ProcessModel
from workflows.engine.execution import Execution
from workflows.engine.merging import changes
from workflows.engine.plan import Plan
from workflows.engine.reach import upstream
from workflows.engine.specs.ad_hoc import AdHocSpec
from workflows.engine.specs.events import PartSpec
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.repetition import RepeatedSpec
from workflows.engine.specs.scopes import ScopeSpec
from workflows.engine.stepping import drain
from workflows.engine.tokens import Run, Token
from workflows.errors import CannotMove, UnknownToken

WATCHING = (Position.START, Position.BOUNDARY)
JOINING = (GatewayKind.PARALLEL, GatewayKind.INCLUSIVE, GatewayKind.COMPLEX)


def standing(execution: Execution) -> dict[int, str]:
    """Token and place of everything that can be moved: what waits for something outside, and what failed."""
    run = execution.run
    return {t.id: t.task_spec.place for t in run.living() if _is_movable(t) and not isinstance(t.task_spec, ScopeSpec)}


def targets(execution: Execution, token: int) -> list[str]:
    """The places to which this token can be moved, in drawn order; raises UnknownToken."""
    moved = _movable(execution.run, token)
    return [place for place in execution.run.plan.nodes if _reason_against(execution.run, moved, place) is None]


def move(execution: Execution, token: int, place: str, *, alone: bool = False) -> None:
    """Withdraw what waits there and go on at `place` with the data as they stand; raises UnknownToken, CannotMove.

    Parallel branches stay as they are, unless `alone` says that the case goes on there and nowhere else. A place that would let
    a join wait for ever, or let work of a parallel branch be done twice, is refused.
    """
    run = execution.run
    moved = _movable(run, token)
    reason = _reason_against(run, moved, place, alone=alone)
    if reason is not None:
        raise CannotMove(place, reason)
    spec = run.plan.of(place)
    left = _left(run, moved, spec)
    ended = [t for t in run.members(left.scope or 0) if t.host is None] if alone else [left, *_rivals(run, left)]
    arrived = run.spawn(spec, left, data=left.task_spec.salvage(left), scope=left.scope)
    run.seen(arrived).update(changes(left.data, arrived.data))
    run.cancel_all(ended)
    spec._update(arrived)
    drain(run)


def optional(execution: Execution) -> frozenset[int]:
    """The tokens that wait in an ad-hoc subprocess: their work may be left out."""
    run = execution.run
    found = (token for token in run.living() if _is_movable(token) and token.scope is not None)
    return frozenset(t.id for t in found if isinstance(run.tasks[t.scope or 0].task_spec, AdHocSpec))


def leave_out(execution: Execution, token: int) -> None:
    """Withdraw what waits there; the ad-hoc subprocess goes on without it. Raises UnknownToken."""
    if token not in optional(execution):
        raise UnknownToken(token)
    execution.run.cancel_all([execution.run.tasks[token]])
    drain(execution.run)


def _movable(run: Run, token: int) -> Token:
    """What waits for something outside, or failed and waits for a person."""
    found = run.tasks.get(token)
    if found is None or not _is_movable(found):
        raise UnknownToken(token)
    return found


def _is_movable(token: Token) -> bool:
    waits = token.has_state(TaskState.STARTED) and not token.leaving
    return token.live and token.host is None and token.id != 1 and (waits or token.failure is not None)


def _rivals(run: Run, token: Token) -> list[Token]:
    return [t for t in run.living() if token.group is not None and t.group == token.group and t is not token]


def _reason_against(run: Run, moved: Token, place: str, *, alone: bool = False) -> str | None:
    """Why it cannot go there: the key of a sentence."""
    found = run.plan.spec.task_specs.get(place)
    if not isinstance(found, NodeSpec) or found.node is None or not _can_be_entered(run.plan, found):
        return "no_step"
    left = _left(run, moved, found)
    if left.id == 1:
        return "other_scope"
    if left is not moved and any(t is not moved for t in _working_inside(run, left)):
        return "others_inside"
    return None if alone else _reason_of_joins(run, moved if left is moved else left, found)


def _can_be_entered(plan: Plan, spec: NodeSpec) -> bool:
    node = spec.node
    if isinstance(node, EventNode):
        return node.position not in WATCHING
    if isinstance(node, Gateway):
        return node.kind not in JOINING or len(spec.incoming) < 2
    return isinstance(node, Activity) and not node.triggered_by_event and not node.for_compensation


def _left(run: Run, moved: Token, target: NodeSpec) -> Token:
    """The token that is given up: the moved one, or the outermost subprocess that it leaves (the root where it cannot)."""
    around, token = scope_of(run.plan, target), moved
    while token.scope is not None and run.tasks[token.scope].task_spec is not around:
        token = run.tasks[token.scope]
    return token


def _working_inside(run: Run, scope: Token) -> Iterator[Token]:
    for token in run.members(scope.id):
        if token.host is None:
            inner = list(_working_inside(run, token))
            yield from inner or [token]


def scope_of(plan: Plan, spec: NodeSpec) -> NodeSpec | None:
    """The scope in which the drawing has an element: a subprocess, a call activity, the instances of one, or the process."""
    if spec.name.endswith("#each") or isinstance(spec, PartSpec):
        return plan.spec.task_specs.get(spec.place)  # type: ignore[no-any-return]
    prefix = spec.place.rpartition("/")[0]
    scope = spec.node.scope if spec.node is not None else None
    outer = f"{prefix}/{scope}" if prefix and scope else scope or prefix
    if not outer:
        return plan.root
    found = plan.spec.task_specs.get(outer)
    return found.each if isinstance(found, RepeatedSpec) else found


def _reason_of_joins(run: Run, moved: Token, target: NodeSpec) -> str | None:
    prefix = target.place.removesuffix(target.node.id if target.node else "")
    others = [t for t in run.members(moved.scope or 0) if t.host is None and t is not moved and t.group is None]
    for join, ways in _joins(run.plan, prefix, target.node):
        came = {flow for other in others for flow in _ways_of(other, join, ways)}
        before, after = _reaching(ways, moved.task_spec.place), _reaching(ways, target.place)
        if came and came | before >= set(ways) and not came | after >= set(ways):
            return "join_starves"
        if came & after and not came & before:
            return "done_twice"
    return None


def _joins(plan: Plan, prefix: str, near: AnyNode | None) -> Iterator[tuple[str, dict[str, frozenset[str]]]]:
    """The parallel joins of the scope in which a node lies: place, and from where each of their flows can be reached."""
    model = model_at(plan, prefix)
    for node in model.nodes:
        same = near is not None and node.scope == near.scope
        if (
            same
            and isinstance(node, Gateway)
            and node.kind is GatewayKind.PARALLEL
            and len(model.incoming(node.id)) > 1
        ):
            yield prefix + node.id, upstream(model, node.id, prefix)


def model_at(plan: Plan, prefix: str) -> ProcessModel:
    """The model that draws the elements below a prefix (`pay/` lies in what the call activity `pay` calls)."""
    model = plan.model
    for step in prefix.split("/")[:-1]:
        node = model.activity(step)
        assert node.kind is ActivityKind.CALL
        model = plan.called[node.called or ""]
    return model


def _ways_of(token: Token, join: str, ways: dict[str, frozenset[str]]) -> set[str]:
    if token.task_spec.place == join:
        return {token.via} if token.via else set()
    return _reaching(ways, token.task_spec.place)


def _reaching(ways: dict[str, frozenset[str]], place: str) -> set[str]:
    return {flow for flow, elements in ways.items() if place in elements}
