"""Running cases on another version: what can be known before, what is carried over, what stays and why, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bpmn.model import ActivityKind, Lane, MultiInstance, ProcessModel, Trigger
from event_logs import store
from event_logs.event import Lifecycle
from event_logs.warehouse import Warehouse
from mining.conformance import conformance
from mining.reading import read
from tests.builders import (
    activity,
    after,
    both,
    boundary,
    catch,
    choice,
    end,
    first_of,
    flows,
    form,
    inside,
    model,
    procedure,
    script,
    start,
    subprocess,
    user,
    xor,
)
from tests.workflows.conftest import Office
from tests.workflows.test_tasks import do, open_tasks
from workflows import cases, deadlines, deployment, messages, migration, tasks
from workflows.errors import CannotUndo, InvalidPlan, NotAllowed
from workflows.migration import Outlook
from workflows.tables import Case, MigratedCase, Migration, Subscription, Task, Timer

CLERK, REVIEWER = {"posts": ("clerk",)}, {"posts": ("reviewer",)}
KEY = "paper"


def line(*steps: Any, more: tuple[Any, ...] = (), paths: tuple[str, ...] = ()) -> ProcessModel:
    """A procedure whose steps follow each other."""
    way = " > ".join(["start", *(step.id for step in steps), "end"])
    return model(start(), *steps, end(), *more, paths=[way, *paths], key=KEY)


def first(**more: Any) -> Any:
    return user("first", **CLERK, **more)


def second(**more: Any) -> Any:
    return user("second", **(CLERK | more))


THREE = line(first(), second(), user("third", **CLERK))


def deployed(office: Office, *drawings: ProcessModel, **files: bytes) -> None:
    """Each becomes the active version in its turn."""
    with office.begin() as session:
        for drawn in drawings:
            known = procedure(drawn, posts=["clerk", "reviewer"], **files)
            deployment.activate(session, deployment.deploy(session, known, now=office.now), now=office.now)


def opened(office: Office, **data: Any) -> str:
    with office.begin() as session:
        return cases.start(session, KEY, data, now=office.now, office="east").number


def looked_at(office: Office, mapping: dict[str, str | None] | None = None) -> list[Outlook]:
    with office.begin() as session:
        planned = migration.plan(session, KEY, 1, 2, mapping)
        return list(migration.dry_run(session, planned, now=office.now))


def carried_out(office: Office, mapping: dict[str, str | None] | None = None) -> int:
    """Every case in a transaction of its own, as a command does it; the number of the migration."""
    with office.begin() as session:
        planned = migration.plan(session, KEY, 1, 2, mapping)
        number = migration.begin(session, planned, by="h1", reason="the new form", now=office.now).id
    while True:
        with office.begin() as session:
            if migration.migrate_next(session, session.get_one(Migration, number), now=office.now) is None:
                return number


def outcome(office: Office, case: str) -> tuple[str, list[str]]:
    with office.begin() as session:
        row = session.scalars(select(MigratedCase).where(MigratedCase.case == case)).one()
        return row.outcome, row.reasons


def version(office: Office, case: str) -> int:
    with office.begin() as session:
        return session.get_one(Case, case).version


def to_the_end(office: Office, case: str, answers: dict[str, dict[str, Any]] | None = None) -> list[str]:
    """Complete whatever is open, and say what was done in order."""
    done: list[str] = []
    while True:
        with office.begin() as session:
            waiting = sorted(open_tasks(session, case).values(), key=lambda task: task.id)
            if not waiting:
                assert session.get_one(Case, case).state == "completed"
                return done
            task = waiting[0]
            given = (answers or {}).get(task.activity, {})
            tasks.complete(session, task, task.officer or "c1", given, now=office.now)
            done.append(task.activity)


# the situations of a case that waits at its first step

SITUATIONS: dict[str, tuple[ProcessModel, list[str]]] = {
    "a future step is renamed": (
        line(first(), second(name="另一名称"), user("third", **CLERK)),
        ["first", "second", "third"],
    ),
    "a future step is another one": (
        line(first(), user("checked", **CLERK), user("third", **CLERK)),
        ["first", "checked", "third"],
    ),
    "a step is inserted later": (
        line(first(), second(), user("new", **CLERK), user("third", **CLERK)),
        ["first", "second", "new", "third"],
    ),
    "a step is inserted right after": (
        line(first(), user("new", **CLERK), second(), user("third", **CLERK)),
        ["first", "new", "second", "third"],
    ),
    "a future step is gone": (line(first(), user("third", **CLERK)), ["first", "third"]),
    "the current step has another name": (
        line(first(name="受理"), second(), user("third", **CLERK)),
        ["first", "second", "third"],
    ),
    "the current step has another id": (
        line(user("received", **CLERK), second(), user("third", **CLERK)),
        ["received", "second", "third"],
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_case_goes_on_with_what_is_drawn_now(sqlite_office: Office, situation: str) -> None:
    drawn, expected = SITUATIONS[situation]
    deployed(sqlite_office, THREE)
    case = opened(sqlite_office)
    deployed(sqlite_office, drawn)
    (seen,) = looked_at(sqlite_office)
    assert seen.migrates and seen.case == case and version(sqlite_office, case) == 1
    carried_out(sqlite_office)
    assert version(sqlite_office, case) == 2
    assert to_the_end(sqlite_office, case) == expected


def test_a_completed_step_that_changed_is_told_and_hinders_nothing(office: Office) -> None:
    noted = (script("note", kept="1"), first(), second())
    deployed(office, line(*noted))
    case = opened(office)
    deployed(office, line(script("note", kept="2"), first(), second()))
    (seen,) = looked_at(office)
    assert seen.done_otherwise == ("note",) and seen.migrates
    carried_out(office)
    with office.begin() as session:
        assert session.get_one(Case, case).data["kept"] == 1
    assert to_the_end(office, case) == ["first", "second"]


def test_a_reminder_on_the_current_step_counts_from_its_beginning(office: Office) -> None:
    deployed(office, THREE)
    case = opened(office)
    with office.begin() as session:
        begun = open_tasks(session, case)["first"].scheduled_at
    late = boundary("late", "first", Trigger.TIMER, timer=after('duration("P2D")'), interrupting=False)
    reminded = line(
        first(),
        second(),
        user("third", **CLERK),
        more=(late, user("remind", **CLERK), end("told")),
        paths=("late > remind > told",),
    )
    deployed(office, reminded)
    (seen,) = looked_at(office)
    assert [(t.node, t.before, t.after) for t in seen.times] == [("late", None, begun + timedelta(days=2))]
    carried_out(office)
    office.now = begun + timedelta(days=2)
    with office.begin() as session:
        assert deadlines.fire_due(session, office.now) == 1
        assert set(open_tasks(session, case)) == {"first", "remind"}


def test_a_dropped_reminder_rings_no_more_and_a_changed_one_at_its_new_time(office: Office) -> None:
    def reminded(*timers: tuple[str, str]) -> ProcessModel:
        rings = [
            boundary(id, "first", Trigger.TIMER, timer=after(f'duration("{span}")'), interrupting=False)
            for id, span in timers
        ]
        ends = [end(f"{id}_end") for id, _ in timers]
        return line(first(), more=(*rings, *ends), paths=tuple(f"{id} > {id}_end" for id, _ in timers))

    deployed(office, reminded(("soon", "P1D"), ("later", "P3D"), ("same", "P4D")))
    case = opened(office)
    with office.begin() as session:
        begun = open_tasks(session, case)["first"].scheduled_at
    deployed(office, reminded(("later", "P5D"), ("same", "P4D")))
    (seen,) = looked_at(office)
    days = {t.node: (t.before and (t.before - begun).days, t.after and (t.after - begun).days) for t in seen.times}
    assert days == {"soon": (1, None), "later": (3, 5)}
    number = carried_out(office)
    with office.begin() as session:
        rows = session.scalars(select(Timer).where(Timer.case == case))
        assert {row.node: (row.due_at - begun).days for row in rows} == {"later": 5, "same": 4}
        migration.undo(session, session.get_one(Migration, number), case, by="h1", reason="too soon", now=office.now)
    with office.begin() as session:
        rows = session.scalars(select(Timer).where(Timer.case == case))
        assert {row.node: (row.due_at - begun).days for row in rows} == {"soon": 1, "later": 3, "same": 4}
    assert to_the_end(office, case) == ["first"]


# more than one token


def test_parallel_branches_keep_their_places_and_meet(office: Office) -> None:
    def split(*more: Any, b: tuple[str, ...] = ("b",)) -> ProcessModel:
        steps = [user(id, **CLERK) for id in ("a", *b)]
        return model(
            start(), both("s"), *steps, both("j"), user("last", **CLERK), end(), *more,
            paths=["start > s > a > j > last > end", f"s > {' > '.join(b)} > j"], key=KEY,
        )  # fmt: skip

    deployed(office, split())
    waits, halfway = opened(office), opened(office)
    do(office, halfway, "a")
    deployed(office, split(b=("b", "again")))
    carried_out(office)
    assert to_the_end(office, waits) == ["a", "b", "again", "last"]
    assert to_the_end(office, halfway) == ["b", "again", "last"]


def test_a_join_that_needs_fewer_branches_lets_the_case_go_on(office: Office) -> None:
    def split(*ids: str) -> ProcessModel:
        ways = [f"s > {id} > j" for id in ids]
        steps = [user(id, **CLERK) for id in ids]
        return model(start(), both("s"), *steps, both("j"), user("last", **CLERK), end(), paths=["start > s", *ways, "j > last > end"], key=KEY)  # fmt: skip

    deployed(office, split("a", "b", "c"))
    case, other = opened(office), opened(office)
    do(office, case, "a")
    do(office, case, "b")
    do(office, other, "a")
    deployed(office, split("a", "b"))
    seen = {found.case: found for found in looked_at(office)}
    assert seen[case].hindrances == ("gone:c",) and seen[other].hindrances == ("gone:c",)
    with office.begin() as session:  # a person does the step that the new version does not have any more
        left = open_tasks(session, case)["c"]
        tasks.complete(session, left, left.officer or "", {}, now=office.now)
    number = carried_out(office)
    assert outcome(office, case) == ("moved", []) and outcome(office, other) == ("stayed", ["gone:c"])
    assert version(office, other) == 1 and number
    assert to_the_end(office, case) == ["last"]


def test_instances_of_a_countersignature_go_on(office: Office) -> None:
    def signed(name: str, *later: Any) -> ProcessModel:
        many = MultiInstance(collection="names", element="who")
        return line(user(name, multi_instance=many, **CLERK), *later)

    deployed(office, signed("sign"))
    case = opened(office, names=["x", "y", "z"])
    do_one(office, case)
    deployed(office, signed("countersign", user("last", **CLERK)))
    said = {"sign": "countersign"}
    assert looked_at(office)[0].hindrances == ("gone:sign",) and looked_at(office, said)[0].migrates
    carried_out(office, said)
    assert to_the_end(office, case) == ["countersign", "countersign", "last"]
    with office.begin() as session:
        told = session.get_one(Case, case).data
        assert sorted(item["who"] for item in told["countersign_results"]) == ["x", "y", "z"]


def do_one(office: Office, case: str) -> None:
    with office.begin() as session:
        task = next(
            iter(session.scalars(select(Task).where(Task.case == case, Task.state == "assigned").order_by(Task.id)))
        )
        tasks.complete(session, task, task.officer or "", {}, now=office.now)


def test_work_inside_a_subprocess_goes_on_in_it_and_cannot_leave_it(office: Office) -> None:
    def nested(*ids: str) -> ProcessModel:
        steps = inside("sub", start("s2"), *(user(id, **CLERK) for id in ids), end("e2"))
        drawn = line(subprocess("sub"), user("last", **CLERK))
        return replace(
            drawn, nodes=(*drawn.nodes, *steps), flows=(*drawn.flows, *flows(" > ".join(["s2", *ids, "e2"])))
        )

    deployed(office, nested("a"))
    case = opened(office)
    deployed(office, nested("a", "b"), line(user("a", **CLERK), user("last", **CLERK)))
    with office.begin() as session:
        flat = migration.plan(session, KEY, 1, 3)
        assert [o.hindrances for o in migration.dry_run(session, flat, now=office.now)] == [
            ("gone:sub", "other_scope:a")
        ]
    carried_out(office)
    assert to_the_end(office, case) == ["a", "b", "last"]


def test_work_of_a_called_procedure_goes_on_in_the_version_that_is_frozen_now(office: Office) -> None:
    def called(*ids: str) -> ProcessModel:
        return replace(line(*(user(id, **CLERK) for id in ids)), key="part")

    outer = line(activity("call", ActivityKind.CALL, called="part"), user("last", **CLERK))
    deployed(office, called("a"), outer)
    case = opened(office)
    deployed(office, called("a", "b"), outer)
    carried_out(office)
    assert to_the_end(office, case) == ["call/a", "call/b", "last"]


# what is waited for besides people


def test_a_message_that_has_another_name_now_is_awaited_by_it(office: Office) -> None:
    def waiting(name: str, id: str = "wait") -> ProcessModel:
        return line(catch(id, Trigger.MESSAGE, message=name, correlation="case_number"), user("last", **CLERK))

    deployed(office, waiting("papers"))
    case = opened(office)
    deployed(office, waiting("documents", "arrival"))
    number = carried_out(office)
    with office.begin() as session:
        (row,) = session.scalars(select(Subscription).where(Subscription.case == case))
        assert (row.node, row.name) == ("arrival", "documents")
        assert messages.deliver(session, "papers", case, {}, now=office.now) == 0
        migration.undo(session, session.get_one(Migration, number), case, by="h1", reason="back", now=office.now)
    with office.begin() as session:
        (row,) = session.scalars(select(Subscription).where(Subscription.case == case))
        assert (row.node, row.name) == ("wait", "papers")
        assert messages.deliver(session, "papers", case, {}, now=office.now) == 1
    assert to_the_end(office, case) == ["last"]


def test_an_event_that_competes_now_is_waited_for_as_well(office: Office) -> None:
    def racing(*names: str) -> ProcessModel:
        events = [catch(name, Trigger.MESSAGE, message=name) for name in names]
        ways = [f"first_of > {name} > m" for name in names]
        return model(
            start(),
            first_of("first_of"),
            *events,
            xor("m"),
            end(),
            paths=["start > first_of", *ways, "m > end"],
            key=KEY,
        )

    deployed(office, racing("yes", "no"))
    case = opened(office)
    deployed(office, racing("yes", "perhaps"))
    carried_out(office)
    with office.begin() as session:
        assert {s.name for s in session.scalars(select(Subscription).where(Subscription.case == case))} == {
            "yes",
            "perhaps",
        }
        assert messages.deliver(session, "perhaps", None, {}, now=office.now) == 1
        assert not session.scalars(select(Subscription).where(Subscription.case == case)).all()
        assert session.get_one(Case, case).state == "completed"


# people and data


def test_a_step_for_other_posts_is_routed_anew_and_returned_by_undoing(office: Office) -> None:
    deployed(office, line(first(), second()))
    case = opened(office)
    deployed(office, line(user("first", **REVIEWER), second()))
    (seen,) = looked_at(office)
    assert [(t.before, t.after, t.released) for t in seen.tasks] == [("first", "first", True)]
    number = carried_out(office)
    with office.begin() as session:
        assert open_tasks(session, case)["first"].officer in ("r1", "r2")
        migration.undo(session, session.get_one(Migration, number), case, by="h1", reason="not yet", now=office.now)
    with office.begin() as session:
        assert open_tasks(session, case)["first"].officer in ("c1", "c2")


def test_data_that_the_new_version_needs_are_missed_beforehand(office: Office) -> None:
    asked = form("second", choice("second_outcome", "pass", "return"))
    deployed(office, line(first(), second()), second=asked)
    opened(office, amount=3)
    chosen = line(first(), second(form="second"), xor("g", default="g__end"), user("big", **CLERK))
    flowing = tuple(
        replace(f, condition='risk > 3 and second_outcome = "pass"') if f.id == "g__big" else f for f in chosen.flows
    )
    chosen = replace(chosen, flows=(*flowing, *flows("g > end")))
    deployed(office, chosen, second=asked)
    assert [found.missing for found in looked_at(office)] == [("risk",)]


def test_the_current_step_that_is_gone_needs_a_person_to_say_where_it_is_now(office: Office) -> None:
    deployed(office, line(first(), second()))
    case = opened(office)
    deployed(office, line(user("x", **CLERK), user("y", **CLERK), second()))
    assert looked_at(office)[0].hindrances == ("gone:first",)
    carried_out(office)
    assert outcome(office, case) == ("stayed", ["gone:first"])
    with office.begin() as session:
        with pytest.raises(InvalidPlan, match="nowhere"):
            migration.plan(session, KEY, 1, 2, {"first": "nowhere"})
        planned = migration.plan(session, KEY, 1, 2, {"first": "y"})
        again = migration.begin(session, planned, by="h1", reason="as agreed", now=office.now)
        row = migration.migrate_next(session, again, now=office.now)
        assert row is not None and row.outcome == "moved"
    assert to_the_end(office, case) == ["y", "second"]


# the record, batches and the way back


def test_facts_tell_the_change_so_that_each_is_held_against_its_own_version(office: Office) -> None:
    deployed(office, THREE)
    case = opened(office)
    do(office, case, "first")
    with office.begin() as session:
        task = open_tasks(session, case)["second"]
        tasks.begin(session, task, task.officer or "", now=office.now)
    deployed(office, line(first(), user("checked", **CLERK), user("third", **CLERK)))
    carried_out(office)
    do(office, case, "checked")
    with office.begin() as session:
        told = [(e.activity, str(e.lifecycle), e.version) for e in store.read(session, case_id=case)]
        (change,) = [e for e in store.read(session, case_id=case) if e.lifecycle is Lifecycle.MIGRATE]
    at = told.index(("checked", "migrate", 2))
    assert told[at - 1] == ("second", "withdraw", 1)
    assert told[at + 1 :] == [
        ("checked", "schedule", 2),
        ("checked", "assign", 2),
        ("checked", "start", 2),
        ("checked", "complete", 2),
        ("third", "schedule", 2),
        ("third", "assign", 2),
    ]
    assert all(version == 1 for _, _, version in told[:at])
    assert change.attributes == {"version_from": 1, "version_to": 2, "reason": "the new form", "by": "h1"}


def test_a_migration_stopped_halfway_is_taken_up_where_it_was(office: Office) -> None:
    deployed(office, THREE)
    numbers = [opened(office) for _ in range(5)]
    deployed(office, line(first(), second()))
    with office.begin() as session:
        planned = migration.plan(session, KEY, 1, 2)
        with pytest.raises(NotAllowed):
            migration.begin(session, planned, by="c1", reason="no", now=office.now)
        number = migration.begin(session, planned, by="h1", reason="shorter", now=office.now).id
    for _ in range(2):
        with office.begin() as session:
            migration.migrate_next(session, session.get_one(Migration, number), now=office.now)
    with pytest.raises(RuntimeError), office.begin() as session:  # the third dies before its commit
        migration.migrate_next(session, session.get_one(Migration, number), now=office.now)
        raise RuntimeError("killed")
    with office.begin() as session:
        (open_one,) = migration.open_migrations(session)
        assert migration.counts(session, open_one) == {"moved": 2, "stayed": 0, "undone": 0, "left": 3}
    while True:
        with office.begin() as session:
            if migration.migrate_next(session, session.get_one(Migration, number), now=office.now) is None:
                break
    assert [version(office, case) for case in numbers] == [2] * 5
    with office.begin() as session:
        assert migration.open_migrations(session) == []
        assert migration.counts(session, session.get_one(Migration, number))["moved"] == 5


def undone(office: Office, number: int, case: str) -> None:
    with office.begin() as session:
        migration.undo(session, session.get_one(Migration, number), case, by="h1", reason="back", now=office.now)


def test_undoing_restores_the_very_state_unless_the_case_has_moved_on(office: Office) -> None:
    deployed(office, THREE)
    kept, gone_on = opened(office), opened(office)
    with office.begin() as session:
        before = session.get_one(Case, kept).execution
    deployed(office, line(first(), user("new", **CLERK)))
    number = carried_out(office)
    do(office, gone_on, "first")
    with pytest.raises(CannotUndo, match="moved on"):
        undone(office, number, gone_on)
    undone(office, number, kept)
    with pytest.raises(CannotUndo, match="did not move"):
        undone(office, number, kept)
    with office.begin() as session:
        case = session.get_one(Case, kept)
        assert (case.version, case.execution) == (1, before)
        last = [e for e in store.read(session, case_id=kept) if e.lifecycle is Lifecycle.MIGRATE][-1]
        assert last.attributes["undone"] is True and last.version == 1
    assert to_the_end(office, kept) == ["first", "second", "third"]
    assert to_the_end(office, gone_on) == ["new"]


def test_all_that_can_be_undone_is_undone_in_one_go(office: Office) -> None:
    deployed(office, THREE)
    numbers = [opened(office) for _ in range(3)]
    deployed(office, line(first(), user("new", **CLERK)))
    number = carried_out(office)
    do(office, numbers[1], "first")
    back = []
    while True:
        with office.begin() as session:
            taken = migration.undo_next(
                session, session.get_one(Migration, number), by="h1", reason="b", now=office.now
            )
        if taken is None:
            break
        back.append(taken)
    assert back == [numbers[0], numbers[2]]
    assert [version(office, case) for case in numbers] == [1, 2, 1]


def test_a_suspended_case_changes_its_version_and_rests_on(office: Office) -> None:
    deployed(office, THREE)
    case = opened(office)
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
    deployed(office, line(user("received", **REVIEWER), second()))
    carried_out(office)
    with office.begin() as session:
        found = session.get_one(Case, case)
        (task,) = session.scalars(select(Task).where(Task.case == case))
        assert (found.version, found.state, task.state, task.activity) == (2, "suspended", "suspended", "received")
        cases.resume(session, case, by="h1", now=office.now)
    assert to_the_end(office, case) == ["received", "second"]


def test_a_step_that_failed_can_be_tried_again_on_the_mended_version(office: Office) -> None:
    def branching(condition: str) -> ProcessModel:
        way = ["start > g", f"g > second : {condition}", "second > end"]
        return model(start(), xor("g"), second(), end(), paths=way, key=KEY)

    deployed(office, branching("amount > 100"))
    case = opened(office, amount=3)
    with office.begin() as session:
        assert [incident.node for incident in cases.incidents(session, case=case)] == ["g"]
    deployed(office, branching("amount > 1"))
    carried_out(office)
    with office.begin() as session:
        (incident,) = cases.incidents(session, case=case)
        cases.retry(session, incident, by="h1", now=office.now)
    assert to_the_end(office, case) == ["second"]


def test_lanes_are_no_hindrance(sqlite_office: Office) -> None:
    drawn = line(user("first", lane="desk"), second())
    deployed(sqlite_office, replace(drawn, lanes=(Lane(id="desk", posts=("clerk",)),)))
    case = opened(sqlite_office)
    deployed(sqlite_office, replace(drawn, lanes=(Lane(id="desk", posts=("clerk", "reviewer")),)))
    (seen,) = looked_at(sqlite_office)
    assert [(t.task > 0, t.released) for t in seen.tasks] == [(True, False)]
    carried_out(sqlite_office)
    with sqlite_office.begin() as session:
        assert open_tasks(session, case)["first"].posts == ["clerk", "reviewer"]


def test_mining_holds_a_migrated_case_against_both_versions(sqlite_office: Office, tmp_path: Path) -> None:
    """The inserted step was behind the case: it is not left out. (The facts come from the engine, the comparison from mining.)"""
    deployed(sqlite_office, THREE)
    case = opened(sqlite_office)
    do(sqlite_office, case, "first")
    deployed(sqlite_office, line(first(), user("new", **CLERK), second(), user("third", **CLERK)))
    carried_out(sqlite_office)
    to_the_end(sqlite_office, case)
    with sqlite_office.begin() as session:
        models: dict[int | None, ProcessModel] = {
            number: deployment.load(session, deployment.find_version(session, KEY, number)).model for number in (1, 2)
        }
    log = Warehouse(tmp_path).take_snapshot(sqlite_office.engine, KEY, now=sqlite_office.now)
    reading = read(log, models)
    found = conformance(reading.cases, reading.models)
    assert (found.cases, found.conforming, found.findings) == (1, 1, ())
