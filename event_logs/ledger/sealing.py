"""Closing seals: what was committed since the last one goes into the trees, and their roots are signed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, select

from event_logs.errors import BrokenSeal, DatabaseRewound, WrongKey
from event_logs.ledger.digests import FIRST, link
from event_logs.ledger.keys import SigningKey, new_key, signing_key, write_key
from event_logs.ledger.leaves import Leaves
from event_logs.ledger.merkle import root
from event_logs.ledger.seals import NONE_BEFORE, Head, Seal, SealBook, SignedSeal, signed
from event_logs.settled import last_settled
from event_logs.store import RecordedEvent, metadata

_EVENTS = metadata.tables[RecordedEvent.__tablename__]
_BLOCK = 50_000


@dataclass(frozen=True)
class Ledger:
    """The seals and leaves in `folder`, and the private key in a file that may lie elsewhere."""

    folder: Path
    key_file: Path

    @property
    def book(self) -> SealBook:
        return SealBook(self.folder / "seals")

    def key(self) -> SigningKey:
        """The key in force; raises UnusableKey."""
        return signing_key(self.key_file)

    def leaves(self, procedure: str, heads: Mapping[str, Head]) -> Leaves:
        """The sealed leaves of a procedure as of these heads."""
        return Leaves(
            self.folder / "leaves" / quote(procedure, safe=""), heads[procedure].size if procedure in heads else 0
        )


def seal(engine: Engine, ledger: Ledger, *, now: datetime) -> SignedSeal | None:
    """Seal all that is settled and not sealed; None where there is nothing new, or a writer still holds it up.

    One process at a time seals. Raises WrongKey, UnusableKey, BrokenSeal and DatabaseRewound.
    """
    with _alone(ledger):
        before = ledger.book.last()
        if before is not None and not before.holds:
            raise BrokenSeal(before.seal.number, "its signature is wrong")
        with engine.connect() as connection:
            through = last_settled(connection)
        last = before.seal.through if before else 0
        if through is not None and through < last:
            raise DatabaseRewound(last, through)
        if not through or through == last:
            return None
        heads = _grown(engine, ledger, before, last, through)
        return _close(ledger, before, heads, through, now)


def hand_over(ledger: Ledger, *, now: datetime) -> SignedSeal:
    """Begin to use a new key: the old one signs a seal that names it, and is kept beside; raises as `seal` does."""
    with _alone(ledger):
        before, old, fresh = ledger.book.last(), ledger.key(), new_key()
        retired = ledger.key_file.with_name(f"{ledger.key_file.name}.{old.public.fingerprint}")
        write_key(retired, old)
        waiting = ledger.key_file.with_name(f"{ledger.key_file.name}.next")
        waiting.unlink(missing_ok=True)
        write_key(waiting, fresh)
        heads, through = (dict(before.seal.heads), before.seal.through) if before else ({}, 0)
        done = _close(ledger, before, heads, through, now, next_key=fresh)
        waiting.replace(ledger.key_file)
        return done


@contextmanager
def _alone(ledger: Ledger) -> Iterator[None]:
    ledger.folder.mkdir(parents=True, exist_ok=True)
    with (ledger.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _close(
    ledger: Ledger,
    before: SignedSeal | None,
    heads: dict[str, Head],
    through: int,
    now: datetime,
    *,
    next_key: SigningKey | None = None,
) -> SignedSeal:
    key = _key_in_force(ledger, before)
    fresh = Seal(
        number=before.seal.number + 1 if before else 1,
        closed_at=now,
        through=through,
        heads=heads,
        before=before.digest if before else NONE_BEFORE,
        key=key.public,
        next_key=next_key.public if next_key else None,
    )
    done = signed(fresh, key)
    ledger.book.append(done)
    return done


def _key_in_force(ledger: Ledger, before: SignedSeal | None) -> SigningKey:
    key = ledger.key()
    wanted = (before.seal.next_key or before.seal.key) if before else key.public
    if key.public == wanted:
        return key
    waiting = ledger.key_file.with_name(f"{ledger.key_file.name}.next")
    if waiting.exists() and signing_key(waiting).public == wanted:  # a hand-over was cut off after it was sealed
        waiting.replace(ledger.key_file)
        return ledger.key()
    raise WrongKey(wanted.fingerprint, key.public.fingerprint)


def _grown(engine: Engine, ledger: Ledger, before: SignedSeal | None, last: int, through: int) -> dict[str, Head]:
    heads = dict(before.seal.heads) if before else {}
    for batch in _batches(engine, last, through):
        for procedure, records in batch.items():
            leaves = ledger.leaves(procedure, heads).extended(records)
            heads[procedure] = Head(leaves.size, root(leaves))
    return heads


def _batches(engine: Engine, last: int, through: int) -> Iterator[dict[str, list[tuple[int, bytes]]]]:
    """Positions and links by procedure, a bounded number at a time."""
    columns = _EVENTS.c.position, _EVENTS.c.procedure, _EVENTS.c.previous, _EVENTS.c.digest
    query = select(*columns).order_by(_EVENTS.c.position).limit(_BLOCK)
    while True:
        with engine.connect() as connection:
            rows = connection.execute(query.where(_EVENTS.c.position > last, _EVENTS.c.position <= through)).all()
        if not rows:
            return
        batch: dict[str, list[tuple[int, bytes]]] = {}
        for position, procedure, previous, own in rows:
            batch.setdefault(procedure, []).append((position, link(previous or FIRST, own or FIRST)))
        yield batch
        last = rows[-1].position
