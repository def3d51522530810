"""An exported log and its proofs in another office, which has the public key and nothing else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from event_logs.errors import NotSealed, UnusableProofs
from event_logs.event import Event, Lifecycle
from event_logs.ledger.findings import Kind, Verdict
from event_logs.ledger.keys import PublicKey, new_key
from event_logs.ledger.proofs import beside, proof_of, write_proofs
from event_logs.ledger.sealing import Ledger, hand_over, seal
from event_logs.ledger.verification import verify_event, verify_log
from event_logs.reading import open_log
from event_logs.store import append, metadata
from event_logs.warehouse import Warehouse
from event_logs.writing import write_log

NOON = datetime(2026, 3, 2, 4, 0, 0, 7, tzinfo=UTC)
ATTRIBUTES = {
    "amount": Decimal("10.50"),
    "share": 0.25,
    "count": 3,
    "name": "税务局 & <co>",
    "filed": date(2026, 3, 1),
    "due": NOON + timedelta(days=3),
    "key_taxpayer": True,
    "note": None,
}


@dataclass
class Sender:
    """The office that exports."""

    engine: Any
    ledger: Ledger
    folder: Path
    key: PublicKey

    def file(self, name: str = "refund.xes.gz") -> Path:
        path = self.folder / name
        write_log(Warehouse(self.folder / "home").take_snapshot(self.engine, "refund"), path, exact=True)
        write_proofs(self.engine, self.ledger, "refund", path)
        return path

    def record(self, *told: tuple[str, str]) -> None:
        with Session(self.engine) as session:
            append(session, [fact(case, activity, n) for n, (case, activity) in enumerate(told)])
            session.commit()
        seal(self.engine, self.ledger, now=NOON)


def fact(case: str, activity: str, n: int) -> Event:
    return Event(
        procedure="refund",
        case_id=case,
        activity=activity,
        lifecycle=Lifecycle.COMPLETE if n % 2 else Lifecycle.START,
        at=NOON + timedelta(minutes=n),
        instance=f"t{n}",
        version=2,
        officer="li",
        post="window",
        office="north",
        zone="Asia/Shanghai",
        attributes=ATTRIBUTES if n < 2 else {"n": n},
    )


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    engine = create_engine(f"sqlite:///{tmp_path / 'office.sqlite'}")
    metadata.create_all(engine)
    ledger = Ledger(tmp_path / "ledger", tmp_path / "keys" / "seals")
    found = Sender(engine, ledger, tmp_path, ledger.key().public)
    found.record(("A", "accept"), ("A", "review"), ("B", "accept"), ("A", "approve"), ("B", "review"), ("B", "approve"))
    yield found
    engine.dispose()


def verdict(file: Path, key: PublicKey, **given: Any) -> Verdict:
    return verify_log(open_log(file), file, key, **given)


def named(found: Verdict) -> list[tuple[str, int | None, str | None]]:
    return [(str(one.kind), one.position, one.case_id) for one in found.findings]


@pytest.mark.parametrize("ending", ["xes", "xes.gz", "csv", "csv.gz", "parquet"])
def test_an_untouched_log_is_verified_with_the_public_key_alone(sender: Sender, ending: str) -> None:
    found = verdict(sender.file(f"refund.{ending}"), sender.key)
    assert found.sound, [one.sentence() for one in found.findings]
    assert (found.events, found.seal, found.fingerprint) == (6, 1, sender.key.fingerprint)


def test_an_altered_cell_of_a_table_is_named(sender: Sender) -> None:
    file = sender.file("refund.csv")
    file.write_text(file.read_text(encoding="utf-8").replace("10.50", "10.5"), encoding="utf-8")
    assert set(named(verdict(file, sender.key))) == {("altered", 1, "A"), ("altered", 2, "A")}


def edited(file: Path, change: Any) -> Path:
    with gzip.open(file, "rt", encoding="utf-8") as before:
        lines = before.read().splitlines(keepends=True)
    with gzip.open(file, "wt", encoding="utf-8") as after:
        after.write("".join(change(lines)))
    return file


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("10.50", "9.50", {("altered", 1, "A"), ("altered", 2, "A")}),
        ('value="approve"', 'value="reject"', {("altered", 4, "A"), ("altered", 6, "B")}),
        ('value="t4"', 'value="t5"', {("altered", 5, "B")}),
        ("Asia/Shanghai", "Asia/Urumqi", {("altered", n, "AABABB"[n - 1]) for n in range(1, 7)}),
    ],
)
def test_an_altered_event_is_named(sender: Sender, old: str, new: str, wanted: set[Any]) -> None:
    file = edited(sender.file(), lambda lines: [line.replace(old, new) for line in lines])
    assert set(named(verdict(file, sender.key))) == wanted


def test_dropped_inserted_and_reordered_events_are_named(sender: Sender) -> None:
    def cut(text: str) -> tuple[str, str, str]:
        begin = text.index("<event>")
        end = text.index("</event>") + len("</event>")
        return text[:begin], text[begin:end], text[end:]

    def dropped(lines: list[str]) -> list[str]:
        head, _, rest = cut("".join(lines))
        return [head, rest]

    def doubled(lines: list[str]) -> list[str]:
        head, one, rest = cut("".join(lines))
        return [head, one, one, rest]

    def swapped(lines: list[str]) -> list[str]:
        head, one, rest = cut("".join(lines))
        between, two, rest = cut(rest)
        return [head, two, between, one, rest]

    assert named(verdict(edited(sender.file(), dropped), sender.key)) == [("missing", 1, "A")]
    assert named(verdict(edited(sender.file(), doubled), sender.key)) == [("inserted", None, "A")]
    (moved,) = verdict(edited(sender.file(), swapped), sender.key).findings
    assert moved.kind is Kind.MOVED and moved.sentence().endswith("does not stand where it was sealed.")


def test_a_case_that_is_left_out_is_missed(sender: Sender) -> None:
    file = sender.file()
    log = open_log(file)
    found = verify_log(replace(log, events=log.events.filter(log.events.case_id == "A")), file, sender.key)
    assert named(found) == [("missing", 3, "B"), ("missing", 5, "B"), ("missing", 6, "B")]


def test_proofs_that_were_altered_with_the_log_do_not_give_the_signed_root(sender: Sender) -> None:
    file = sender.file()
    edited(beside(file), lambda lines: [*lines[:-1]])
    kinds = [kind for kind, *_ in named(verdict(file, sender.key))]
    assert "seals" in kinds
    with pytest.raises(UnusableProofs, match="missing, cut off"):
        beside(file).write_bytes(beside(file).read_bytes()[:40])
        verdict(file, sender.key)


def test_the_key_of_somebody_else_verifies_nothing(sender: Sender) -> None:
    (found,) = verdict(sender.file(), new_key().public).findings
    assert "did not hand over to" in found.sentence()


def test_an_old_public_key_still_verifies_what_its_successor_signed(sender: Sender) -> None:
    hand_over(sender.ledger, now=NOON)
    sender.record(("C", "accept"))
    fresh = sender.ledger.key().public
    assert verdict(sender.file(), sender.key).sound and verdict(sender.file(), fresh).sound
    assert not verdict(sender.file(), new_key().public).sound


def test_one_event_is_verified_by_itself(sender: Sender) -> None:
    proof = json.loads(json.dumps(proof_of(sender.engine, sender.ledger, 1)))
    assert verify_event(proof, sender.key).sound
    forged = json.loads(json.dumps(proof).replace("10.50", "9.50"))
    assert named(verify_event(forged, sender.key)) == [("altered", 1, "A")]
    with pytest.raises(UnusableProofs):
        verify_event({"format": proof["format"]}, sender.key)
    with pytest.raises(NotSealed, match="qiangji log seal"):
        proof_of(sender.engine, sender.ledger, 99)
