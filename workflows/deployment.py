"""Versions of procedures: deployed once, never changed, in use until retired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeGuard

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bpmn import feel
from bpmn.errors import BpmnError
from bpmn.model import AnyNode, EventNode, Position, ProcessModel, TimerKind, Trigger
from bpmn.procedure import Procedure, procedure_from_sources
from bpmn.validation import Severity, problems
from workflows import versions as shelf
from workflows import working_hours
from workflows.automation import SERVICE_TASKS
from workflows.clock_sources import SOURCES, next_look
from workflows.engine import REPEATS, Refusal, refusals
from workflows.engine.drawn import EXTERNAL, topic
from workflows.errors import Undeployable, UnknownProcedure, WrongVersionState
from workflows.tables import ProcedureSource, ProcedureVersion, Subscription, Timer, VersionState

UNSEEN = (
    "dynamiclist",
    "filepicker",
    "expression",
)  # kinds of fields that are read and checked, but that no page draws
TRIAL_ARM, CURRENT_ARM = "trial", "current"


def deploy(
    session: Session, procedure: Procedure, *, by: str | None = None, now: datetime, note: str = ""
) -> ProcedureVersion:
    """Keep the procedure as a new numbered version, a draft until it is activated or tried.

    Raises Undeployable with every problem and its element. The procedures that it calls are frozen with it.
    """
    sources = shelf.with_called(session, procedure)
    _refuse_problems(procedure, sources)
    version = ProcedureVersion(
        key=procedure.key,
        number=_next_number(session, procedure.key),
        digest=shelf.digest_of(sources),
        names=dict(procedure.names),
        deployed_by=by,
        deployed_at=now,
        state=VersionState.DRAFT,
        state_since=now,
        note=note,
    )
    session.add(version)
    session.flush()
    session.add_all(ProcedureSource(version=version.id, path=path, content=c) for path, c in sources.items())
    session.flush()
    return version


def _next_number(session: Session, key: str) -> int:
    last = session.scalar(select(func.max(ProcedureVersion.number)).where(ProcedureVersion.key == key))
    return (last or 0) + 1


def _refuse_problems(procedure: Procedure, sources: dict[str, bytes]) -> None:
    own, called = shelf.split(sources)
    found: list[object] = [p for p in problems(procedure.model, procedure) if p.severity is Severity.ERROR]
    models = {key: procedure_from_sources(files).model for key, files in called.items()}
    told = {getattr(problem, "element", None) for problem in found}
    found += [refusal for refusal in refusals(procedure.model, models) if refusal.element not in told]
    found += _unfit_files({procedure.key: procedure.model, **models})
    found += _missing_parts(procedure)
    if not own:
        found.append(
            Refusal("sources", procedure.key, "It has no source files; write it to a folder and read it again.")
        )
    if not found:
        found += _unreadable(own)
    if found:
        raise Undeployable(procedure.key, found)


def _unfit_files(models: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    """Drawings that say they are not to be run, and expressions in other languages, which could mean something else in ours."""
    for key, model in models.items():
        if not model.executable:
            yield Refusal("not_executable", key, "The drawing says that it does not run.", 'Set isExecutable="true".')
        for repair in model.repairs:
            if repair.rule == "untranslated":
                yield Refusal("language", repair.element, repair.message, "Write it in FEEL.")


def _missing_parts(procedure: Procedure) -> list[Refusal]:
    found: list[Refusal] = []
    for activity in procedure.model.activities:
        if activity.service == EXTERNAL:
            found.append(Refusal("topic", activity.id, "It names no topic.", f"Write qj:service={EXTERNAL}<topic>."))
        elif activity.service and not topic(activity) and activity.service not in SERVICE_TASKS:
            message = f"No service task is registered as {activity.service!r}."
            found.append(Refusal("service", activity.id, message, "Register it in SERVICE_TASKS or correct the name."))
        if activity.decision and activity.decision not in procedure.decisions:
            found.append(Refusal("decision", activity.id, f"There is no decision {activity.decision!r}."))
        if activity.form and activity.form not in procedure.forms:
            found.append(Refusal("form", activity.id, f"There is no form {activity.form!r}."))
    found += [
        Refusal(
            "multiple_start",
            node.id,
            "Cases are begun by one message or signal of several, not by times or by all together.",
        )
        for node in procedure.model.nodes
        if _begins_cases(node) and _begins_otherwise(node)
    ]
    found += [
        Refusal("field", name, f"Its field {key!r} is a {kind}, which no page can show.", "Ask with other fields.")
        for name, schema in procedure.forms.items()
        for key, kind in _unseen_fields(schema)
    ]
    if procedure.clock and procedure.clock.source not in SOURCES:
        message = f"No list is registered as {procedure.clock.source!r}."
        found.append(Refusal("clock", "[clock]", message, f"Name one of {', '.join(sorted(SOURCES))}."))
    return found


def _unseen_fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields of a form-js schema, at any depth, that would be asked for and never shown."""
    for component in schema.get("components", ()):
        if component.get("type") in UNSEEN:
            yield str(component.get("key") or component.get("path") or component.get("id")), component["type"]
        yield from _unseen_fields(component)


def _begins_otherwise(node: EventNode) -> bool:
    """Whether a start with several triggers wants more than that any one message or signal begins a case."""
    others = any(part.trigger not in (Trigger.MESSAGE, Trigger.SIGNAL) for part in node.definitions)
    return bool(node.definitions) and (node.all_of or others)


def _unreadable(own: dict[str, bytes]) -> list[Refusal]:
    """What is kept must be what was checked: the sources are read once more."""
    try:
        procedure_from_sources(own)
    except BpmnError as error:
        return [Refusal("sources", "", str(error))]
    return []


def activate(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    """All new cases take this version from now on; the one before it and any trial are retired."""
    for other in versions(session, version.key):
        if other.id != version.id and other.state in (VersionState.ACTIVE, VersionState.TRIAL):
            _set_state(other, VersionState.RETIRED, now)
    _set_state(version, VersionState.ACTIVE, now)
    session.flush()
    _listen(session, version, now)
    return version


def start_trial(
    session: Session, version: ProcedureVersion, *, share: float, by: str | None = None, now: datetime
) -> ProcedureVersion:
    """Let this version take a share of the new cases beside the active one; raises WrongVersionState."""
    _need(version, VersionState.DRAFT, VersionState.RETIRED)
    if not 0 < share < 1:
        raise WrongVersionState(
            version.key, version.number, f"offered a share of {share}", "offered one between 0 and 1"
        )
    if shelf.active(session, version.key) is None:
        raise UnknownProcedure(version.key)
    for other in versions(session, version.key):
        if other.state == VersionState.TRIAL:
            raise WrongVersionState(
                other.key, other.number, "on trial already", "decided first: promoted or rolled back"
            )
    _set_state(version, VersionState.TRIAL, now)
    version.share = share
    session.flush()
    return version


def promote(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    """The trial has shown itself: it becomes the active version."""
    _need(version, VersionState.TRIAL)
    return activate(session, version, by=by, now=now)


def roll_back(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    """The trial takes no new cases any more; those that it has run to their end on it."""
    _need(version, VersionState.TRIAL)
    _set_state(version, VersionState.RETIRED, now)
    session.flush()
    return version


def retire(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    """The version takes no new cases any more."""
    _set_state(version, VersionState.RETIRED, now)
    session.flush()
    _unlisten(session, version.key)
    return version


def _set_state(version: ProcedureVersion, state: VersionState, now: datetime) -> None:
    version.state, version.state_since = state, now
    if state is not VersionState.TRIAL:
        version.share = None if state is VersionState.ACTIVE else version.share


def _need(version: ProcedureVersion, *states: VersionState) -> None:
    if version.state not in states:
        raise WrongVersionState(version.key, version.number, version.state, " or ".join(states))


def version_for_new_case(session: Session, key: str, case_number: str) -> ProcedureVersion:
    """The version that a new case takes; its number alone decides whether that is the trial. Raises UnknownProcedure."""
    rows = session.scalars(
        select(ProcedureVersion).where(
            ProcedureVersion.key == key, ProcedureVersion.state.in_([VersionState.ACTIVE, VersionState.TRIAL])
        )
    ).all()
    trial = next((row for row in rows if row.state == VersionState.TRIAL), None)
    current = next((row for row in rows if row.state == VersionState.ACTIVE), None)
    if trial is not None and draw(key, case_number) < (trial.share or 0):
        return trial
    if current is None:
        raise UnknownProcedure(key)
    return current


def arm(version: ProcedureVersion) -> str:
    return TRIAL_ARM if version.state == VersionState.TRIAL else CURRENT_ARM


def draw(key: str, case_number: str) -> float:
    """A number in [0, 1) that depends on the procedure and the case alone (SHA-256)."""
    digest = sha256(f"{key}\x00{case_number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def versions(session: Session, key: str | None = None) -> Sequence[ProcedureVersion]:
    query = select(ProcedureVersion).order_by(ProcedureVersion.key, ProcedureVersion.number)
    return session.scalars(query.where(ProcedureVersion.key == key) if key else query).all()


def find_version(session: Session, key: str, number: int | None = None) -> ProcedureVersion:
    """The version of that number, or the active one; raises UnknownProcedure."""
    if number is None:
        found = shelf.active(session, key)
    else:
        found = session.scalars(
            select(ProcedureVersion).where(ProcedureVersion.key == key, ProcedureVersion.number == number)
        ).first()
    if found is None:
        raise UnknownProcedure(key, number)
    return found


def load(session: Session, version: ProcedureVersion) -> Procedure:
    """The procedure of a version, as it was deployed; kept in memory."""
    return shelf.runnable(session, version.digest).procedure


# the clock and messages that start cases


def _unlisten(session: Session, key: str) -> None:
    session.execute(delete(Timer).where(Timer.procedure == key, Timer.kind.in_(["start", "again", "clock"])))
    session.execute(delete(Subscription).where(Subscription.procedure == key, Subscription.case.is_(None)))


def _listen(session: Session, version: ProcedureVersion, now: datetime) -> None:
    """Let the active version's start events wait for their message, signal or time."""
    _unlisten(session, version.key)
    for node in load(session, version).model.nodes:
        if _begins_cases(node):
            _listen_for(session, version, node, now)
    _wind_up(session, version, now)
    session.flush()


def _wind_up(session: Session, version: ProcedureVersion, now: datetime) -> None:
    clock = load(session, version).clock
    if clock is not None:
        due_at = next_look(clock, now, working_hours.calendar(session))
        session.add(Timer(kind="clock", procedure=version.key, node="", due_at=due_at))


def _begins_cases(node: AnyNode) -> TypeGuard[EventNode]:
    """A start of the process itself."""
    return isinstance(node, EventNode) and node.position is Position.START and node.scope is None


def _listen_for(session: Session, version: ProcedureVersion, node: EventNode, now: datetime) -> None:
    for kind, name in _awaited(node):
        session.add(Subscription(kind=kind, procedure=version.key, node=node.id, name=name, since=now))
    if node.trigger is Trigger.TIMER and (due_at := next_start(session, node, now)) is not None:
        session.add(Timer(kind="start", procedure=version.key, node=node.id, due_at=due_at))


def _awaited(node: EventNode) -> Iterator[tuple[str, str]]:
    """The messages and signals that each begin a case here."""
    for part in node.definitions or (node,):
        if part.trigger is Trigger.MESSAGE:
            yield str(Trigger.MESSAGE), part.message or ""
        elif part.trigger is Trigger.SIGNAL:
            yield str(Trigger.SIGNAL), part.signal or ""


def next_start(session: Session, node: EventNode, now: datetime, *, begun: int = 0) -> datetime | None:
    """When a timer start event begins the next case, after `begun` of them, the last one at `now`; None when there is no next.

    Raises StepFailed when its time cannot be read.
    """
    assert node.timer is not None
    value = (
        node.timer.expression
        if REPEATS.match(node.timer.expression)
        else feel.evaluate(node.timer.expression, {}, now=now)
    )
    counted: dict[str, Any] = {
        "working": node.timer.working,
        "now": now,
        "calendar": working_hours.calendar(session),
        "place": node.id,
    }
    if node.timer.kind is not TimerKind.CYCLE:
        return None if begun else working_hours.due(value, **counted)
    times = REPEATS.match(str(value))
    if times and times[1] and begun >= int(times[1]):
        return None
    return working_hours.next_due(str(value), after=now if begun else None, **counted)
