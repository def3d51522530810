"""Checking an exported log, or a single event, in another office: with the public key and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

from event_logs import typed_json
from event_logs.errors import EventLogError, UnusableProofs
from event_logs.event import Event, Lifecycle
from event_logs.ledger.digests import FIRST, digest, link
from event_logs.ledger.findings import Finding, Kind, Verdict
from event_logs.ledger.keys import PublicKey
from event_logs.ledger.merkle import GrowingRoot, includes
from event_logs.ledger.proofs import OF_ONE, SealedEvent, beside, fields_of, links, read_proofs
from event_logs.ledger.seals import Head, SignedSeal, read_seal
from event_logs.log import EventLog

NAMED = 1000


def verify_log(log: EventLog, file: Path, key: PublicKey, *, proofs: Path | None = None) -> Verdict:
    """Whether the log is what was sealed, event by event; `proofs` lie beside the file unless said. Raises UnusableProofs."""
    head, sealed = read_proofs(proofs or beside(file))
    seals = [read_seal(line) for line in head["seals"]]
    findings = _distrusted(seals, key)
    of_case, tree, earlier = _sealed_cases(sealed, [seal.seal.heads.get(head["procedure"]) for seal in seals])
    last = seals[-1].seal
    if not tree or not earlier:
        text = "The proofs themselves were altered: their lines do not give the root that was signed."
        findings.append(Finding(kind=Kind.SEALS, reason=text))
    events, found = _compared(log, head["procedure"], of_case)
    return _verdict(last, events, [*findings, *found])


def verify_event(proof: Mapping[str, Any], key: PublicKey) -> Verdict:
    """Whether the event in a proof of one event was sealed as it is told; raises UnusableProofs."""
    try:
        if proof["format"] != OF_ONE:
            raise UnusableProofs("this file", f"its format is not {OF_ONE!r}")
        seals = [read_seal(line) for line in proof["seals"]]
        fields = fields_of(proof["event"])
        event = Event(**(fields | {"lifecycle": Lifecycle(fields["lifecycle"])}))
        leaf = link(bytes.fromhex(proof["previous"]), digest(event))
        path = [bytes.fromhex(step) for step in proof["path"]]
        head = seals[-1].seal.heads[event.procedure]
        index, position = int(proof["index"]), int(proof["position"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnusableProofs("this file", "a part of the proof is missing or malformed") from error
    findings = _distrusted(seals, key)
    if not includes(head.root, head.size, index, leaf, path):
        altered = Finding(kind=Kind.ALTERED, position=position, case_id=event.case_id, activity=event.activity)
        findings.append(altered)
    return _verdict(seals[-1].seal, 1, findings)


def read_one(path: Path) -> Mapping[str, Any] | None:
    """The proof of one event in a file; None where the file is something else."""
    try:
        if path.suffix != ".json":
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableProofs(str(path), "it cannot be read") from error
    return found if isinstance(found, dict) else None


def _verdict(last: Any, events: int, findings: list[Finding]) -> Verdict:
    return Verdict(
        events=events,
        unsealed=0,
        seal=last.number,
        closed_at=last.closed_at,
        fingerprint=last.key.fingerprint,
        findings=tuple(islice(findings, NAMED)),
    )


def _distrusted(seals: list[SignedSeal], key: PublicKey) -> list[Finding]:
    """The given key, or one that it handed over to, must have signed the last seal."""
    trusted = key
    for seal in seals:
        if not seal.holds:
            return [
                Finding(kind=Kind.SEALS, reason=f"Seal {seal.seal.number:,} is not signed by the key that it names.")
            ]
        if seal.seal.next_key is not None and seal.seal.key == trusted:
            trusted = seal.seal.next_key
    signer = seals[-1].seal.key
    if signer in (trusted, key):
        return []
    text = f"The last seal is signed with the key {signer.fingerprint}, which the key {key.fingerprint} did not hand over to."
    return [Finding(kind=Kind.SEALS, reason=text)]


def _sealed_cases(
    sealed: Iterator[SealedEvent], heads: list[Head | None]
) -> tuple[dict[str, list[SealedEvent]], bool, bool]:
    """The events by case, whether they give the last root, and whether they gave the root of every seal before."""
    of_case: dict[str, list[SealedEvent]] = {}
    wanted = {head.size: head.root for head in heads[:-1] if head is not None}
    tree, grown = GrowingRoot(), True
    for event, leaf in links(sealed):
        of_case.setdefault(event.case_id, []).append(event)
        tree.add(leaf)
        if tree.size in wanted:
            grown = grown and tree.root() == wanted[tree.size]
    last = heads[-1]
    return of_case, last is not None and (tree.size, tree.root()) == (last.size, last.root), grown


def _compared(log: EventLog, procedure: str, of_case: Mapping[str, list[SealedEvent]]) -> tuple[int, Iterable[Finding]]:
    found: list[Finding] = []
    events = 0
    seen: set[str] = set()
    for case_id, rows in _cases(log):
        seen.add(case_id)
        events += len(rows)
        found += _compared_case(procedure, case_id, rows, of_case.get(case_id, []))
    for case_id in of_case.keys() - seen:
        found += [_missing(one) for one in of_case[case_id]]
    return events, sorted(found, key=lambda one: one.position or 0)


def _cases(log: EventLog) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    case_id: str | None = None
    rows: list[dict[str, Any]] = []
    for row in _ordered(log):
        if row["case_id"] != case_id and rows:
            yield str(case_id), rows
            rows = []
        case_id = row["case_id"]
        rows.append(row)
    if rows:
        yield str(case_id), rows


def _ordered(log: EventLog) -> Iterator[dict[str, Any]]:
    ordered = log.events.order_by("case_id", "position")
    for batch in ordered.to_pyarrow().to_batches(max_chunksize=20_000):
        yield from batch.to_pylist()


def _compared_case(
    procedure: str, case_id: str, rows: list[dict[str, Any]], sealed: list[SealedEvent]
) -> Iterator[Finding]:
    zones = [one.zone for one in sealed] + [sealed[-1].zone if sealed else None] * len(rows)
    own = [_digest(procedure, row, row["zone"] or zone) for row, zone in zip(rows, zones, strict=False)]
    wanted = [one.digest for one in sealed]
    if own == wanted:
        return
    extra, gone = [], []
    for kind, a, b, c, d in SequenceMatcher(None, wanted, own, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if kind == "replace" and b - a == d - c and not set(own[c:d]) & set(wanted):
            yield from (_named(Kind.ALTERED, case_id, rows[c + n], sealed[a + n].position) for n in range(b - a))
            continue
        gone += sealed[a:b]
        extra += list(range(c, d))
    places = {one.digest: one for one in gone}
    for at in extra:
        moved = places.pop(own[at], None)
        yield _named(Kind.MOVED if moved else Kind.INSERTED, case_id, rows[at], moved.position if moved else None)
    yield from (_missing(one) for one in places.values())


def _named(kind: Kind, case_id: str, row: Mapping[str, Any], position: int | None) -> Finding:
    return Finding(kind=kind, position=position, case_id=case_id, activity=row["activity"])


def _missing(event: SealedEvent) -> Finding:
    return Finding(kind=Kind.MISSING, position=event.position, case_id=event.case_id)


def _digest(procedure: str, row: Mapping[str, Any], zone: str | None) -> bytes:
    names = ("case_id", "activity", "at", "instance", "version", "officer", "post", "office")
    try:
        event = Event(
            procedure=procedure,
            lifecycle=Lifecycle(row["lifecycle"]),
            zone=zone,
            attributes=typed_json.loads(row["attributes"] or "{}"),
            **{name: row[name] for name in names},
        )
        return digest(event)
    except (ValueError, TypeError, AttributeError, EventLogError):  # what no event of ours can say
        return FIRST
