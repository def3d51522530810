"""Proofs that travel with an exported log: the seals that matter and, event by event, the digest that was sealed.

Beside the log lies `<log>.proofs`, gzipped text with a JSON value a line: first what it is, then the seals (every hand-over to a new
key, and the last), then `[position, case, digest, zone]` of each event in the order of recording. From these lines alone the root
can be computed anew; the digests are compared with the events of the file.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from event_logs import typed_json
from event_logs.errors import NotSealed, UnusableProofs
from event_logs.ledger.digests import FIRST, link
from event_logs.ledger.merkle import inclusion
from event_logs.ledger.sealing import Ledger
from event_logs.ledger.seals import SignedSeal
from event_logs.store import RecordedEvent, metadata, told
from event_logs.typed_json import tagged

FORMAT, OF_ONE = "qiangji proofs 1", "qiangji proof of one event 1"
_EVENTS = metadata.tables[RecordedEvent.__tablename__]


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """What the proofs say of an event."""

    position: int
    case_id: str
    digest: bytes
    zone: str | None


def beside(log: Path) -> Path:
    """Where the proofs of an exported log lie."""
    return log.with_name(f"{log.name}.proofs")


def write_proofs(engine: Engine, ledger: Ledger, procedure: str, log: Path) -> SignedSeal:
    """Write the proofs of all sealed events of a procedure beside a log that holds them; raises NotSealed."""
    seals = needed_seals(ledger, procedure)
    through = seals[-1].seal.through
    columns = _EVENTS.c.position, _EVENTS.c.case_id, _EVENTS.c.digest, _EVENTS.c.zone
    query = (
        select(*columns)
        .where(_EVENTS.c.procedure == procedure, _EVENTS.c.position <= through)
        .order_by(_EVENTS.c.position)
        .execution_options(yield_per=5000)
    )
    head = {"format": FORMAT, "procedure": procedure, "seals": [seal.line() for seal in seals]}
    with gzip.open(beside(log), "wt", encoding="utf-8", compresslevel=6) as file, engine.connect() as connection:
        file.write(json.dumps(head) + "\n")
        for position, case_id, digest, zone in connection.execute(query):
            file.write(json.dumps([position, case_id, (digest or FIRST).hex(), zone]) + "\n")
    return seals[-1]


def proof_of(engine: Engine, ledger: Ledger, position: int) -> dict[str, Any]:
    """One event with its proof, as a value for JSON; raises NotSealed."""
    with engine.connect() as connection:
        row = connection.execute(select(_EVENTS).where(_EVENTS.c.position == position)).one_or_none()
    if row is None:
        raise NotSealed(f"event {position:,}")
    seals = needed_seals(ledger, row.procedure)
    heads = seals[-1].seal.heads
    leaves = ledger.leaves(row.procedure, heads)
    index = leaves.find(position)
    if index is None:
        raise NotSealed(f"event {position:,}")
    event = told(row)
    fields = {name: getattr(event, name) for name in ("procedure", "case_id", "activity", "at", "zone", "instance")}
    fields |= {name: getattr(event, name) for name in ("version", "officer", "post", "office")}
    fields |= {"lifecycle": str(event.lifecycle), "attributes": dict(event.attributes)}
    return {
        "format": OF_ONE,
        "event": tagged(fields),
        "position": position,
        "previous": (row.previous or FIRST).hex(),
        "index": index,
        "path": [step.hex() for step in inclusion(leaves, index, len(leaves))],
        "seals": [seal.line() for seal in seals],
    }


def needed_seals(ledger: Ledger, procedure: str) -> list[SignedSeal]:
    """Every hand-over to a new key, then the last seal: from one key to the next up to the signature that counts."""
    handing, last = [], None
    for seal in ledger.book.read():
        last = seal
        if seal.seal.next_key is not None:
            handing.append(seal)
    if last is None or procedure not in last.seal.heads:
        raise NotSealed(procedure)
    return handing if handing and handing[-1] is last else [*handing, last]


def read_proofs(path: Path) -> tuple[dict[str, Any], Iterator[SealedEvent]]:
    """The first line and, lazily, the events; raises UnusableProofs."""
    lines = _lines(path)
    head = next(lines, None)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise UnusableProofs(str(path), f"its format is not {FORMAT!r}")
    return head, _events(path, lines)


def _lines(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise UnusableProofs(str(path), "the file is missing, cut off or no proofs") from error


def _events(path: Path, lines: Iterator[Any]) -> Iterator[SealedEvent]:
    for line in lines:
        try:
            position, case_id, digest, zone = line
            yield SealedEvent(int(position), str(case_id), bytes.fromhex(digest), zone)
        except (ValueError, TypeError) as error:
            raise UnusableProofs(str(path), "a line of it cannot be read") from error


def links(events: Iterator[SealedEvent]) -> Iterator[tuple[SealedEvent, bytes]]:
    """Each event with its leaf, which holds the digest before it in its case."""
    ends: dict[str, bytes] = {}
    for event in events:
        yield event, link(ends.get(event.case_id, FIRST), event.digest)
        ends[event.case_id] = event.digest


def fields_of(value: object) -> dict[str, Any]:
    """The fields of the event in a proof of one event."""
    found: dict[str, Any] = typed_json.loads(json.dumps(value))
    return found
