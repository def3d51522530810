"""Stepping a run until nothing moves: thrown events first, then scopes that are empty, then one token after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn.model import EventDefinition, EventNode, Trigger
from workflows.engine.facts import Completed, Deadlocked, Stuck
from workflows.engine.specs.ad_hoc import AdHocSpec
from workflows.engine.specs.events import CatchSpec
from workflows.engine.specs.gateways import UpstreamSpec
from workflows.engine.specs.node import NodeSpec
from workflows.engine.specs.scopes import ScopeSpec
from workflows.engine.specs.throwing import Thrown, ThrowSpec
from workflows.engine.tokens import Run, Token
from workflows.errors import ProcedureFault, RunawayProcedure, ServiceFailed, StepFailed

MOST_STEPS = 50_000
PRUNE_AT = 64


def drain(run: Run) -> None:
    """Step until everything waits; raises RunawayProcedure. The order makes an event interrupt before more is done."""
    crowded = PRUNE_AT
    for _ in range(MOST_STEPS):
        if len(run.tasks) > crowded:
            run.prune()
            crowded = max(PRUNE_AT, 2 * len(run.tasks))
        if run.thrown:
            _catch(run, run.thrown.popleft())
        elif run.asked:
            _ask(run.asked.popleft())
        elif run.listening:
            _step(run.listening.popleft())
        elif run.emptied:
            _close_empty(run, run.emptied.pop())
        elif run.plan.has_conditions and _conditional(run):
            continue
        elif run.queue:
            _step(run.queue.popleft())
        elif not (waiting := _waiting(run)) or not _settle(waiting):
            _say_deadlock(run, waiting)
            run.prune()
            return
    raise RunawayProcedure(MOST_STEPS, run.living()[-1].task_spec.place)


def _step(token: Token) -> None:
    if not token.live or token.failure is not None:
        return
    guarded(token, token.run)


def guarded(token: Token, act: Any) -> None:
    """Do something for a token; a failure parks the token, a business error is thrown from its place."""
    try:
        act()
    except ProcedureFault as fault:
        values = {"error_code": fault.code, "error_message": fault.message}
        token._set_state(TaskState.STARTED)
        token.workflow.thrown.append(Thrown(Trigger.ERROR, fault.code, token, values))
    except (StepFailed, ServiceFailed) as failure:
        _park(token, failure)


def _park(token: Token, failure: StepFailed | ServiceFailed) -> None:
    reason = failure.reason if isinstance(failure, StepFailed) else str(failure)
    transient = isinstance(failure, ServiceFailed) or failure.transient
    token.failure = reason
    token._set_state(TaskState.READY)
    attempt = token.progress.get("attempts", 1)
    token.workflow.say(Stuck(token.id, token.task_spec.place, reason, transient, attempt))
    if not token.leaving:
        token.task_spec.attach(token)


def _close_empty(run: Run, scope_id: int) -> None:
    scope = run.tasks.get(scope_id)
    if scope is None or not scope.has_state(TaskState.STARTED) or scope.leaving or scope.failure is not None:
        return
    if all(token.host is not None for token in run.members(scope_id)):
        guarded(scope, lambda: scope.task_spec.on_empty(scope))


def _ask(token: Token) -> None:
    """Whether a complex gateway goes on, now that this token arrived."""
    if token.has_state(TaskState.WAITING):
        guarded(token, lambda: token.task_spec.ask(token))


def _waiting(run: Run) -> dict[tuple[int, str], Token]:
    """One of the tokens that wait for others at each place of each scope."""
    found: dict[tuple[int, str], Token] = {}
    for token in run.tasks.values():
        if token._state & TaskState.WAITING:
            found.setdefault((token.scope or 0, token.task_spec.name), token)
    return found


def _settle(waiting: Mapping[tuple[int, str], Token]) -> bool:
    """Let one join go on that waits for nothing more."""
    joins = ((scope, token) for (scope, _), token in waiting.items() if isinstance(token.task_spec, UpstreamSpec))
    return any(token.task_spec.settle(scope, token) for scope, token in joins)


def _say_deadlock(run: Run, waiting: Mapping[tuple[int, str], Token]) -> None:
    """What waits for others of which none can come any more is no silent end: a person moves it on, or withdraws the case.

    What could still come from an event subprocess or from a border leads elsewhere, so it does not count.
    """
    if not waiting or any(map(_can_move, run.living())):
        return
    for token in waiting.values():
        token.progress["waits"] = True
        token.failure = "It waits for another branch, and none can come any more."
        token._set_state(TaskState.READY)
        run.say(Deadlocked(token.id, token.task_spec.place, token.failure))


def _can_move(token: Token) -> bool:
    spec = token.task_spec
    waits = token.host is not None or token._state & TaskState.WAITING
    return not waits and (token.failure is not None or not spec.holds_tokens or isinstance(spec, AdHocSpec))


def _conditional(run: Run) -> bool:
    """Fire one event whose condition has become true: one that was caught beside the work, when it was false in between."""
    for token in run.living():
        spec = token.task_spec
        if isinstance(spec, CatchSpec) and spec.condition and token.has_state(TaskState.STARTED) and not token.leaving:
            holds = spec.condition.is_true({**token.data, **run.seen(token)}, run.steps.now)
            if not holds:
                token.progress.pop("held", None)
            elif not token.progress.get("held"):
                guarded(token, lambda spec=spec, token=token: spec.fire(token, {}))
                return True
    return False


# what is thrown


def _catch(run: Run, thrown: Thrown) -> None:
    if thrown.trigger is Trigger.SIGNAL:
        signal(run, thrown.name or "", thrown.values, beside=thrown.origin.id if thrown.own else None)
    elif thrown.trigger is Trigger.TERMINATE:
        _terminate(run, thrown.origin)
    else:
        _propagate(run, thrown)


def signal(run: Run, name: str, values: Mapping[str, Any], *, beside: int | None = None) -> int:
    """Fire everything that waits for this signal; says how many. The activity `beside` is not ended by events on its border."""
    fired = 0
    for token in run.living():
        spec = token.task_spec
        waits = isinstance(spec, CatchSpec) and spec.node.trigger is Trigger.SIGNAL and spec.node.signal == name
        if waits and token.has_state(TaskState.STARTED) and token.live and not token.leaving:
            if beside is not None and token.host == beside:
                spec.fire_beside(token, values)
            else:
                spec.fire(token, values)
            fired += 1
    return fired


def _terminate(run: Run, origin: Token) -> None:
    scope = run.tasks[origin.scope or 0]
    data = scope.task_spec.inside(scope, last=True)
    run.cancel_all(run.members(scope.id))
    kept = {name: value for name, value in scope.progress.items() if name in ("caller", "seen")}
    scope.progress = {"gathered": data, "enough": True, **kept}
    run.emptied.add(scope.id)


def _propagate(run: Run, thrown: Thrown) -> None:
    """Look for a handler from the origin outwards: on the border of each activity, then beside it in its scope."""
    token: Token | None = thrown.origin
    while token is not None:
        if _caught_on_border(run, token, thrown):
            return
        scope = run.tasks.get(token.scope) if token.scope is not None else None
        if scope is not None and _caught_beside(scope, token, thrown):
            return
        token = scope
    if thrown.trigger is Trigger.ERROR and not isinstance(thrown.origin.task_spec, ThrowSpec):
        _park(thrown.origin, StepFailed(thrown.origin.task_spec.place, _uncaught(thrown)))
    elif thrown.trigger is Trigger.ERROR:
        _fail(run, thrown)
    elif thrown.trigger is Trigger.CANCEL:  # nobody watches the border: the transaction just ends
        _terminate(run, thrown.origin)


def _uncaught(thrown: Thrown) -> str:
    """What a person reads about an automatic step whose error the drawing does not catch."""
    said = thrown.values.get("error_message") or "the step reports an error."
    return f"{said} (error {thrown.name!r}, which the drawing does not catch)"


def _handles(spec: NodeSpec, thrown: Thrown) -> bool:
    return any(_fits(caught, thrown) for caught in spec.catches)


def _fits(caught: EventNode | EventDefinition, thrown: Thrown) -> bool:
    return caught.trigger is thrown.trigger and caught.code in (None, "", thrown.name)


def _best(specs: list[Any], thrown: Thrown) -> Any:
    """The handler with just this code before one for any."""
    fitting = [spec for spec in specs if _handles(spec, thrown)]
    exact = (spec for spec in fitting if any(_fits(caught, thrown) and caught.code for caught in spec.catches))
    return next(exact, fitting[0] if fitting else None)


def _caught_on_border(run: Run, token: Token, thrown: Thrown) -> bool:
    spec = _best(token.task_spec.boundaries, thrown)
    if spec is None or not token.live:
        return False
    ends = (spec.node.interrupting or thrown.trigger in (Trigger.ERROR, Trigger.CANCEL)) and not thrown.own
    data = token.task_spec.salvage(token, last=ends)
    if ends:
        run.cancel_all([token])
    branch = run.spawn(spec, token, data=data, scope=token.scope)
    if not ends:
        run.part(branch, data)
    branch.write(thrown.values)
    run.say(Completed(branch.id, spec.place, thrown.values))
    branch.leaving = True
    branch._ready()
    return True


def _caught_beside(scope: Token, inside: Token, thrown: Thrown) -> bool:
    """An event subprocess never catches what it throws itself."""
    if not isinstance(scope.task_spec, ScopeSpec):
        return False
    starts = [watcher.start_spec for watcher in scope.task_spec.watchers if watcher is not inside.task_spec]
    spec = _best(starts, thrown)
    if spec is None:
        return False
    entered = spec.event_scope.enter(scope, thrown.values)
    scope.workflow.say(Completed(entered.id, spec.place, thrown.values))
    return True


def _fail(run: Run, thrown: Thrown) -> None:
    """Nobody caught an error that the drawing itself throws: the execution is over."""
    run.error = thrown.name or "error"
    root = run.tasks[1]
    run.cancel_all(run.members(root.id))
    root.progress = {}
    run.emptied.add(root.id)
