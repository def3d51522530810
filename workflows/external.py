"""External workers: programs elsewhere that fetch work of a topic, hold it for a while, and hand in what came of it.

Whoever fetched a piece of work has it until its lock runs out; then the next one gets it. A result that is handed in twice
counts once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.event import Lifecycle
from workflows.automation import pause_before
from workflows.errors import AlreadyDone, NotAllowed, NotOpen, ProcedureFault, StepFailed, UnknownExternalTask
from workflows.following import follow
from workflows.locking import locked_case
from workflows.recording import journal
from workflows.tables import Case, CaseState, ExternalTask, ExternalTaskState, Worker
from workflows.turn import Turn, open_turn

LOCK = timedelta(minutes=5)
LONGEST_LOCK = timedelta(hours=24)
MOST_AT_ONCE = 100


def add_worker(session: Session, name: str, topics: Sequence[str], *, by: str | None = None, now: datetime) -> str:
    """Let a program fetch work of these topics; gives its token, of which only a hash is kept. A known name gets a new one."""
    token = token_urlsafe(32)
    worker = session.get(Worker, name) or Worker(name=name)
    worker.token_hash, worker.topics = _digest(token), sorted(set(topics))
    worker.added_at, worker.added_by = now, by
    session.add(worker)
    session.flush()
    return token


def remove_worker(session: Session, name: str) -> None:
    """Its token opens nothing any more; what it has fetched goes to the next one when the lock runs out."""
    worker = session.get(Worker, name)
    if worker is not None:
        session.delete(worker)
        session.flush()


def workers(session: Session) -> Sequence[Worker]:
    return session.scalars(select(Worker).order_by(Worker.name)).all()


def worker_with(session: Session, token: str) -> Worker | None:
    """The worker whose token this is."""
    return session.scalars(select(Worker).where(Worker.token_hash == _digest(token))).first()


def fetch(
    session: Session,
    worker: Worker,
    topics: Collection[str] = (),
    *,
    now: datetime,
    limit: int = 10,
    lock: timedelta = LOCK,
) -> list[ExternalTask]:
    """Up to `limit` pieces of work that are free, oldest first, held for `lock`; of all the worker's topics where none is named.

    Two workers never get the same one. Raises NotAllowed for a topic that is not the worker's.
    """
    wanted = _allowed(worker, topics)
    query = (
        select(ExternalTask, Case)
        .join(Case, Case.number == ExternalTask.case)
        .where(ExternalTask.topic.in_(wanted), ExternalTask.state == ExternalTaskState.OPEN)
        .where(ExternalTask.free_at <= now, Case.state == CaseState.RUNNING)
        .order_by(ExternalTask.free_at, ExternalTask.id)
        .limit(min(limit, MOST_AT_ONCE))
        .with_for_update(skip_locked=True)  # of both: whoever writes events of a case holds it
    )
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    for task, _ in rows:
        task.worker, task.free_at, task.attempts = worker.name, now + min(lock, LONGEST_LOCK), task.attempts + 1
    worker.seen_at = now if rows else worker.seen_at
    session.flush()
    for task, case in rows:
        if task.attempts == 1:
            _begun(session, task, case, now)
    return [task for task, _ in rows]


def extend(session: Session, task: int, worker: Worker, *, lock: timedelta = LOCK, now: datetime) -> ExternalTask:
    """Hold a piece of work for longer, `lock` from now; raises AlreadyDone when somebody else has it."""
    held, _ = _held(session, task, worker)
    held.free_at = now + min(lock, LONGEST_LOCK)
    session.flush()
    return held


def complete(session: Session, task: int, worker: Worker, result: Mapping[str, Any], *, now: datetime) -> ExternalTask:
    """The work is done: its result becomes variables as the drawing's outputs say, and the case goes on.

    The same result handed in once more by the same worker changes nothing. Raises UnknownExternalTask, AlreadyDone, NotOpen.
    """
    digest = _digest(typed_json.dumps(dict(sorted(result.items()))))
    known = _find(session, task)
    case = locked_case(session, known.case)
    session.refresh(known)
    if (known.state, known.worker, known.result_digest) == (ExternalTaskState.COMPLETED, worker.name, digest):
        return known
    _need_held(known, case, worker)
    _finish(known, ExternalTaskState.COMPLETED, now)
    known.result_digest = digest
    turn = open_turn(session, case, now=now)
    turn.execution.complete(int(known.instance), result)
    return _settled(turn, known)


def fail(
    session: Session,
    task: int,
    worker: Worker,
    message: str,
    *,
    now: datetime,
    retries: int | None = None,
    pause: timedelta | None = None,
) -> ExternalTask:
    """It did not work this time: another try after `pause`, while `retries` are left (else one less than before).

    Without a pause each is longer than the last, as those of registered service tasks. When none is left, an incident
    waits for a person.
    """
    held, case = _held(session, task, worker)
    held.retries = held.retries - 1 if retries is None else retries
    held.error = message
    if held.retries > 0:
        held.free_at = now + (pause if pause is not None else pause_before(held.attempts) or LONGEST_LOCK)
        held.worker = None
        session.flush()
        return held
    return _give_up(session, held, case, StepFailed(held.node, message), now)


def report_error(
    session: Session, task: int, worker: Worker, code: str, message: str = "", *, now: datetime
) -> ExternalTask:
    """The work ends with a business error that the drawing may catch; one that it does not catch is an incident."""
    held, case = _held(session, task, worker)
    held.error = message or code
    return _give_up(session, held, case, ProcedureFault(code, message), now)


def _give_up(
    session: Session, held: ExternalTask, case: Case, error: ProcedureFault | StepFailed, now: datetime
) -> ExternalTask:
    _finish(held, ExternalTaskState.FAILED, now)
    turn = open_turn(session, case, now=now)
    turn.execution.fail(int(held.instance), error, attempt=held.attempts)
    return _settled(turn, held)


def _settled(turn: Turn, task: ExternalTask) -> ExternalTask:
    turn.close()
    follow(turn.session, turn)
    return task


def _finish(task: ExternalTask, state: ExternalTaskState, now: datetime) -> None:
    task.state, task.finished_at = state, now


def _find(session: Session, task: int) -> ExternalTask:
    found = session.get(ExternalTask, task)
    if found is None:
        raise UnknownExternalTask(task)
    return found


def _held(session: Session, task: int, worker: Worker) -> tuple[ExternalTask, Case]:
    """The work and its case as they are now, both held: the case first, as every verb does."""
    found = _find(session, task)
    case = locked_case(session, found.case)
    session.refresh(found)
    _need_held(found, case, worker)
    return found, case


def _need_held(task: ExternalTask, case: Case, worker: Worker) -> None:
    if task.state in (ExternalTaskState.COMPLETED, ExternalTaskState.FAILED):
        raise AlreadyDone(task.worker, task.state, task.finished_at)
    if task.state == ExternalTaskState.WITHDRAWN or case.state != CaseState.RUNNING:
        state = case.state if task.state == ExternalTaskState.OPEN else task.state
        raise NotOpen(f"The external task {task.id}", state, ExternalTaskState.OPEN)
    if task.worker is None:
        raise NotOpen(f"The external task {task.id}", "in nobody's hands", "fetched by you")
    if task.worker != worker.name:
        raise AlreadyDone(task.worker, "fetched", None)


def _allowed(worker: Worker, topics: Collection[str]) -> list[str]:
    for topic in topics:
        if topic not in worker.topics:
            raise NotAllowed(worker.name, "it may not fetch work of the topic “%(topic)s”.", topic=topic)
    return sorted(set(topics) or set(worker.topics))


def _begun(session: Session, task: ExternalTask, case: Case, now: datetime) -> None:
    facts = journal(session, case, now)
    facts.record(task.node, Lifecycle.START, instance=task.instance, attributes={"worker": task.worker})
    facts.write(session)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
