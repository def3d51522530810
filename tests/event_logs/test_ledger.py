"""Tamper evidence: somebody with the password of the database changes history, and is found out, event by event."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from event_logs.errors import DatabaseRewound, WrongKey
from event_logs.event import Event, Lifecycle
from event_logs.ledger.digests import FIRST, digest
from event_logs.ledger.findings import Kind, Verdict
from event_logs.ledger.inspection import inspect
from event_logs.ledger.keys import new_key, read_public_key, write_key
from event_logs.ledger.sealing import Ledger, hand_over, seal
from event_logs.store import append, facts, metadata, told

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@dataclass
class Archive:
    """A database of three cases whose events are sealed, and what an intruder with its password can do."""

    engine: Engine
    ledger: Ledger

    def record(self, *told: tuple[str, str], procedure: str = "refund") -> None:
        events = [
            Event(
                procedure=procedure,
                case_id=case,
                activity=activity,
                lifecycle=Lifecycle.COMPLETE,
                at=NOON + timedelta(minutes=n),
                officer="li",
                zone="Asia/Shanghai",
                attributes={"amount": Decimal("100.50"), "n": n},
            )
            for n, (case, activity) in enumerate(told)
        ]
        with Session(self.engine) as session:
            append(session, events)
            session.commit()

    def seal(self) -> Any:
        return seal(self.engine, self.ledger, now=NOON)

    def attack(self, work: Callable[[Connection], None]) -> Verdict:
        """Lift the guards, do it, make every digest and link fit again, and look."""
        with self.engine.begin() as connection:
            self._unguard(connection)
            work(connection)
            self._rechain(connection)
        return self.look()

    def look(self, **given: Any) -> Verdict:
        return inspect(self.engine, self.ledger, **given)

    def _unguard(self, connection: Connection) -> None:
        if self.engine.dialect.name == "sqlite":
            for guard in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS events_refuse_{guard}"))
        else:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
            connection.execute(text("GRANT ALL ON events TO CURRENT_USER"))

    def _rechain(self, connection: Connection) -> None:
        ends: dict[tuple[str, str], bytes] = {}
        for row in connection.execute(facts()).all():
            case, own = (row.procedure, row.case_id), digest(told(row))
            fill = text("UPDATE events SET digest = :own, previous = :end WHERE position = :position")
            connection.execute(fill, {"own": own, "end": ends.get(case, FIRST), "position": row.position})
            ends[case] = own


@pytest.fixture
def archive(any_database_url: str, tmp_path: Path) -> Iterator[Archive]:
    engine = create_engine(any_database_url)
    metadata.create_all(engine)
    found = Archive(engine, Ledger(tmp_path / "ledger", tmp_path / "keys" / "seals"))
    found.record(("A", "accept"), ("B", "accept"), ("A", "review"), ("A", "approve"), ("B", "review"), ("C", "accept"))
    found.record(("X", "start"), procedure="other")
    found.seal()
    yield found
    engine.dispose()


def named(verdict: Verdict) -> list[tuple[str, int | None, str | None]]:
    return [(str(found.kind), found.position, found.case_id) for found in verdict.findings]


def test_what_nobody_touched_is_sound_and_the_unsealed_end_is_said(archive: Archive) -> None:
    archive.record(("C", "review"))
    verdict = archive.look()
    assert verdict.sound and (verdict.events, verdict.unsealed, verdict.seal) == (8, 1, 1)
    assert archive.seal().seal.number == 2 and archive.seal() is None
    assert archive.look().unsealed == 0


def test_an_altered_event_is_named(archive: Archive) -> None:
    verdict = archive.attack(run("UPDATE events SET officer = 'wang' WHERE position = 4"))
    assert named(verdict) == [("altered", 4, "A")]
    assert "Event 4 of case A (approve) is not what was sealed." in verdict.findings[0].sentence()


def test_an_altered_event_whose_links_were_left_is_named_alone(archive: Archive) -> None:
    with archive.engine.begin() as connection:
        archive._unguard(connection)
        connection.execute(text("UPDATE events SET attributes = '{}' WHERE position = 1"))
    assert named(archive.look()) == [("altered", 1, "A")]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        # The event after it is named too, since its link to the one before was made to fit.
        ("UPDATE events SET activity = 'x' WHERE position = 1", [("altered", 1, "A"), ("altered", 3, "A")]),
        ("DELETE FROM events WHERE position = 3", [("missing", 3, None), ("altered", 4, "A")]),
        ("DELETE FROM events WHERE position >= 6", [("missing", 6, None), ("missing", 7, None)]),
        ("UPDATE events SET case_id = 'B' WHERE position = 6", [("altered", 6, "B")]),
        ("UPDATE events SET at = '2026-03-01 00:00:00+00:00' WHERE position = 6", [("altered", 6, "C")]),
    ],
)
def test_dropped_and_changed_events_are_named(
    archive: Archive, change: str, wanted: list[tuple[str, int, str | None]]
) -> None:
    assert named(archive.attack(run(change.replace("+00:00", zone_of(archive))))) == wanted


def test_a_table_that_a_superuser_emptied_is_found_out_event_by_event(archive: Archive) -> None:
    emptied = "TRUNCATE events" if archive.engine.dialect.name == "postgresql" else "DELETE FROM events"
    assert named(archive.attack(run(emptied))) == [("missing", position, None) for position in range(1, 8)]


def test_a_dropped_event_is_that_of_the_case_whose_next_event_followed_it(archive: Archive) -> None:
    with archive.engine.begin() as connection:
        archive._unguard(connection)
        connection.execute(text("DELETE FROM events WHERE position = 3"))
    assert named(archive.look()) == [("missing", 3, "A")]


def test_an_inserted_event_is_named(archive: Archive) -> None:
    archive.record(("C", "review"), ("C", "approve"))
    archive.record(("C", "pay"))
    archive.seal()
    removed = "DELETE FROM events WHERE position = 9"
    archive.attack(run(removed))
    fields = "position, procedure, case_id, activity, lifecycle, at, officer, zone, attributes"
    forged = f"INSERT INTO events ({fields}) SELECT 0, procedure, 'Z', activity, lifecycle, at, officer, zone, attributes FROM events WHERE position = 6"
    assert ("inserted", 0, "Z") in named(archive.attack(run(forged)))


def test_events_that_changed_places_are_named_with_where_they_were(archive: Archive) -> None:
    def swap(connection: Connection) -> None:
        for a, b in ((5, -1), (6, 5), (-1, 6)):
            connection.execute(text("UPDATE events SET position = :b WHERE position = :a"), {"a": a, "b": b})

    verdict = archive.attack(swap)
    assert [(found.kind, found.position, found.was) for found in verdict.findings] == [
        (Kind.MOVED, 5, 6),
        (Kind.MOVED, 6, 5),
    ]


def test_what_is_changed_behind_the_last_seal_breaks_the_chain_unless_all_is_made_to_fit(archive: Archive) -> None:
    archive.record(("C", "review"), ("C", "approve"))
    with archive.engine.begin() as connection:
        archive._unguard(connection)
        connection.execute(text("UPDATE events SET officer = 'wang' WHERE position = 8"))
    assert named(archive.look()) == [("altered", 8, "C")]


def test_an_old_copy_of_the_database_is_found_out_and_nothing_more_is_sealed(archive: Archive) -> None:
    archive.record(("C", "review"))
    archive.seal()
    verdict = archive.attack(run("DELETE FROM events WHERE position > 7"))
    assert named(verdict) == [("missing", 8, None)]
    with pytest.raises(DatabaseRewound, match="sealed, but the database ends at 7"):
        archive.seal()


def test_old_copies_of_database_and_ledger_are_found_out_by_a_seal_given_away(archive: Archive, tmp_path: Path) -> None:
    shutil.copytree(archive.ledger.folder, tmp_path / "old")
    archive.record(("C", "review"))
    witness = archive.seal()
    assert archive.look(witnesses=[witness]).sound
    shutil.rmtree(archive.ledger.folder)
    (tmp_path / "old").rename(archive.ledger.folder)
    archive.attack(run("DELETE FROM events WHERE position > 7"))
    assert archive.look().sound  # by itself it looks whole
    (found,) = archive.look(witnesses=[witness]).findings
    assert "Seal 2 was given away earlier, but the book ends at seal 1" in found.sentence()
    archive.record(("C", "forged"))
    archive.seal()  # and the thief of the key goes on from there
    (found,) = archive.look(witnesses=[witness]).findings
    assert "the history was written anew" in found.sentence()


def test_a_forged_seal_is_named(archive: Archive) -> None:
    book = archive.ledger.book.path
    book.write_text(book.read_text().replace("refund", "refuse"))
    (found, *_) = archive.look().findings
    assert found.kind is Kind.SEALS and "Seal 1 is broken: its signature is wrong" in found.sentence()


def test_forged_leaves_are_named(archive: Archive) -> None:
    path = archive.ledger.folder / "leaves" / "refund" / "leaves"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    kinds = {found.kind for found in archive.look().findings}
    assert kinds == {Kind.SEALS, Kind.ALTERED}


def test_keys_are_private_and_handed_over_in_the_open(archive: Archive) -> None:
    file = archive.ledger.key_file
    assert file.stat().st_mode & 0o777 == 0o600
    old = archive.ledger.key().public
    assert read_public_key(old.pem().encode()) == old
    hand_over(archive.ledger, now=NOON)
    fresh = archive.ledger.key().public
    assert fresh != old and file.stat().st_mode & 0o777 == 0o600
    archive.record(("C", "review"))
    assert archive.seal().seal.key == fresh and archive.look().sound
    file.unlink()
    write_key(file, new_key())
    archive.record(("C", "approve"))
    with pytest.raises(WrongKey, match=fresh.fingerprint):
        archive.seal()


def run(statement: str) -> Callable[[Connection], None]:
    return lambda connection: connection.execute(text(statement)) and None  # type: ignore[return-value]


def zone_of(archive: Archive) -> str:
    return "+00:00" if archive.engine.dialect.name == "postgresql" else ".000000"
