"""Whether a database agrees with itself and with what was acknowledged: the events are replayed against tasks and states."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Event, Lifecycle
from tests.workflows.playing import Surroundings
from workflows.engine import resume
from workflows.tables import OPEN_TASK, Case, ExternalTask, Incident, OutgoingMessage, Record, Subscription, Task, Timer
from workflows.versions import runnable

Place = tuple[str, str, str]  # case, node, instance


@dataclass
class Found:
    """What was counted, and every disagreement as a sentence."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> None:
        self.counts["checks"] += 1
        if not holds:
            self.wrong.append(sentence)


def disagreements(engine: Engine, acknowledged: Iterable[Mapping[str, Any]] = ()) -> Found:
    """Hold states, rows, events and acknowledgements against each other."""
    found = Found()
    with Session(engine) as session:
        events = list(store.read(session))
        rows = list(session.scalars(select(Task)))
        outside = list(session.scalars(select(ExternalTask)))
        _events_and_tasks(found, events, rows, outside)
        _states_and_rows(session, found, rows, outside)
        _effects(session, found, events)
        _acknowledged(
            session, found, acknowledged, {row.id: row for row in rows}, {row.id: row for row in outside}, events
        )
    return found


def undelivered(engine: Engine, received: Collection[str]) -> list[str]:
    """The keys of messages that are marked as sent and never reached the receiver."""
    with Session(engine) as session:
        sent = session.scalars(select(OutgoingMessage).where(OutgoingMessage.sent_at.is_not(None)))
        return [message.key for message in sent if message.key not in received]


def _by_place(events: Iterable[Event]) -> dict[Place, list[Event]]:
    by_place: dict[Place, list[Event]] = defaultdict(list)
    for event in events:
        by_place[(event.case_id, event.activity, event.instance or "")].append(event)
    return by_place


def _events_and_tasks(found: Found, events: list[Event], rows: list[Task], outside: list[ExternalTask]) -> None:
    """Replayed, the events give the state of each task; nothing was completed twice."""
    by_place = _by_place(events)
    for place, told in by_place.items():
        completed = sum(event.lifecycle is Lifecycle.COMPLETE for event in told)
        found.expect(completed <= 1, f"{place} was completed {completed} times")
    for row in rows:
        told = by_place.get((row.case, row.activity, row.instance), [])
        done = bool(told) and told[-1].lifecycle is Lifecycle.COMPLETE
        found.expect(bool(told), f"the task {row.id} has no event")
        found.expect(done == (row.state == "completed"), f"the task {row.id} is {row.state}, its events say {done}")
    for work in outside:
        told = by_place.get((work.case, work.node, work.instance), [])
        done = bool(told) and told[-1].lifecycle is Lifecycle.COMPLETE
        found.expect(
            done == (work.state == "completed"), f"the external task {work.id} is {work.state}, events say {done}"
        )
    found.counts |= Counter(events=len(events), tasks=len(rows), external_tasks=len(outside))


def _states_and_rows(session: Session, found: Found, rows: list[Task], outside: list[ExternalTask]) -> None:
    """Whatever the engine waits for has a row, and whatever has a row the engine waits for."""
    waits: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if row.state in OPEN_TASK:
            waits[row.case].add((row.instance, row.activity))
    for work in outside:
        if work.state == "open":
            waits[work.case].add((work.instance, work.node))
    for waiting in (*session.scalars(select(Timer)), *session.scalars(select(Subscription))):
        if waiting.case is not None:
            waits[waiting.case].add((waiting.instance or "", waiting.node))
    for case in session.scalars(select(Case).execution_options(yield_per=500)):
        found.counts[f"cases {case.state}"] += 1
        plan = runnable(session, case.digest).plan
        state = resume(plan, case.execution, case.data, Surroundings()).waiting() if case.execution else {}
        told = {(str(token), place) for token, place in state.items()}
        found.expect(
            told == waits[case.number], f"{case.number}: its state waits for {told}, its rows for {waits[case.number]}"
        )
        found.expect(bool(case.execution) == (case.state == "running"), f"{case.number} is {case.state}")
    incidents = [f"{row.case} {row.node}: {row.message}" for row in session.scalars(select(Incident))]
    found.expect(not incidents, f"there are incidents: {incidents[:3]}")


def _effects(session: Session, found: Found, events: list[Event]) -> None:
    """What a step caused is there as often as the step was done."""
    done = Counter((event.case_id, event.activity) for event in events if event.lifecycle is Lifecycle.COMPLETE)
    entered = Counter(session.scalars(select(Record.case)))
    ordered = Counter(session.scalars(select(OutgoingMessage.case).where(OutgoingMessage.channel == "treasury")))
    for node, rows in (("enter", entered), ("pay", ordered)):
        wanted = {case: count for (case, activity), count in done.items() if activity == node}
        found.expect(dict(rows) == wanted, f"{node}: {len(wanted)} steps, {sum(rows.values())} rows")
    ended = {event.case_id for event in events if "case_state" in event.attributes}
    closed = set(session.scalars(select(Case.number).where(Case.state != "running")))
    found.expect(ended == closed, f"{len(closed)} cases are closed, the events say {len(ended)}")


def _acknowledged(
    session: Session,
    found: Found,
    notes: Iterable[Mapping[str, Any]],
    rows: Mapping[int, Task],
    outside: Mapping[int, ExternalTask],
    events: list[Event],
) -> None:
    """Everything that somebody was told is done is done, by the one who was told, and once."""
    said: Counter[str] = Counter()
    for event in events:
        if event.lifecycle is Lifecycle.COMPLETE:
            said.update(v for k, v in event.attributes.items() if isinstance(v, str) and k in _TOKENS)
    numbers = set(session.scalars(select(Case.number)))
    for note in notes:
        found.counts[f"acknowledged {note['what']}"] += note.get("count", 1)
        match note["what"]:
            case "begun":
                found.expect(note["case"] in numbers, f"the case {note['case']} is lost")
            case "completed":
                answers = rows[note["task"]].answers or {}
                found.expect(note["token"] in answers.values(), f"the completion {note['token']} is lost")
            case "served":
                state = outside[note["external"]].state
                found.expect(state == "completed", f"the external result {note['token']} is lost: {state}")
        if "token" in note:
            found.expect(said[note["token"]] == 1, f"{note['token']} is in {said[note['token']]} events")


_TOKENS = ("accept_token", "check_token", "approve_token", "archived_by")
