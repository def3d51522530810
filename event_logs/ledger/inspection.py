"""Holding the database against the seals: every row is digested anew and compared with the leaf that was sealed at its position."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Row

from event_logs.ledger.digests import FIRST, digest, link
from event_logs.ledger.findings import Finding, Kind, Verdict
from event_logs.ledger.merkle import GrowingRoot, consistency, grew
from event_logs.ledger.sealing import Ledger
from event_logs.ledger.seals import Seal, SignedSeal, sound_part
from event_logs.store import facts, told

NAMED = 1000  # findings that are told one by one

Leaf = tuple[int, bytes, str]  # position, link, procedure


def inspect(engine: Engine, ledger: Ledger, *, witnesses: Iterable[SignedSeal] = ()) -> Verdict:
    """Whether the database holds what was sealed, event by event, and what it does not.

    `witnesses` are seals that were given away earlier: the book must still contain them, else somebody put an older or another
    one in its place. A row must give the link that was sealed at its position; the link holds the digest before it, so one altered
    event does not cast doubt on those after it. Behind the last seal only the chain of each case is checked.
    """
    seals, defect = sound_part(ledger.book.read())
    findings = [Finding(kind=Kind.SEALS, reason=str(defect))] if defect else []
    findings += [found for witness in witnesses if (found := _unlike(witness, seals, ledger))]
    last = seals[-1].seal if seals else None
    inspection = _Inspection(last.through if last else 0)
    inspection.run(_rows(engine), _sealed(ledger, last))
    findings += inspection.told() + _wrong_roots(ledger, last)
    return Verdict(
        events=inspection.events,
        unsealed=inspection.unsealed,
        seal=last.number if last else None,
        closed_at=last.closed_at if last else None,
        fingerprint=last.key.fingerprint if last else None,
        findings=tuple(islice(findings, NAMED)),
    )


def _unlike(witness: SignedSeal, seals: list[SignedSeal], ledger: Ledger) -> Finding | None:
    """A seal that was given away must be in the book, and its trees must have grown into those of today."""
    number = witness.seal.number
    if not witness.holds:
        return Finding(kind=Kind.SEALS, reason=f"The seal {number:,} that was given has no valid signature.")
    if number > len(seals):
        text = f"Seal {number:,} was given away earlier, but the book ends at seal {len(seals):,}: an old copy was put in its place."
        return Finding(kind=Kind.SEALS, reason=text)
    if seals[number - 1].text != witness.text or not _grew(witness.seal, seals[-1].seal, ledger):
        text = f"Seal {number:,} is another one than that given away earlier: the history was written anew."
        return Finding(kind=Kind.SEALS, reason=text)
    return None


def _grew(earlier: Seal, today: Seal, ledger: Ledger) -> bool:
    for procedure, head in earlier.heads.items():
        now = today.heads.get(procedure)
        if now is None or now.size < head.size:
            return False
        proof = consistency(ledger.leaves(procedure, today.heads), head.size, now.size)
        if not grew(head.root, head.size, now.root, now.size, proof):
            return False
    return True


def _sealed(ledger: Ledger, last: Seal | None) -> Iterator[Leaf]:
    if last is None:
        return iter(())
    streams = [_of_procedure(ledger, last, procedure) for procedure in last.heads]
    return heapq.merge(*streams)


def _of_procedure(ledger: Ledger, last: Seal, procedure: str) -> Iterator[Leaf]:
    for position, sealed in ledger.leaves(procedure, last.heads).read():
        yield position, sealed, procedure


def _wrong_roots(ledger: Ledger, last: Seal | None) -> list[Finding]:
    found = []
    for procedure, head in last.heads.items() if last else ():
        tree = GrowingRoot()
        for _, sealed in ledger.leaves(procedure, last.heads).read():  # type: ignore[union-attr]
            tree.add(sealed)
        if (tree.size, tree.root()) != (head.size, head.root):
            text = f"The leaves of {procedure} on file do not give the root that was signed."
            found.append(Finding(kind=Kind.SEALS, procedure=procedure, reason=text))
    return found


def _rows(engine: Engine) -> Iterator[Row[Any]]:
    with engine.connect() as connection:
        yield from connection.execute(facts(), execution_options={"yield_per": 2000})


@dataclass
class _Inspection:
    """One pass over rows and leaves, both in the order of positions."""

    through: int
    events: int = 0
    unsealed: int = 0
    ends: dict[tuple[str, str], bytes] = field(default_factory=dict)  # the digest that each case has come to
    missing: dict[bytes, Finding] = field(default_factory=dict)  # by sealed link
    odd: list[_Odd] = field(default_factory=list)

    def run(self, rows: Iterator[Row[Any]], leaves: Iterator[Leaf]) -> None:
        leaf = next(leaves, None)
        for row in rows:
            self.events += 1
            while leaf is not None and leaf[0] < row.position:
                self._misses(leaf)
                leaf = next(leaves, None)
            sealed = leaf[1] if leaf is not None and leaf[0] == row.position else None
            self._compare(row, sealed)
            leaf = leaf if sealed is None else next(leaves, None)
        for rest in (leaf, *leaves) if leaf is not None else ():
            self._misses(rest)

    def _misses(self, leaf: Leaf) -> None:
        position, sealed, procedure = leaf
        self.missing[sealed] = Finding(kind=Kind.MISSING, position=position, procedure=procedure)

    def _compare(self, row: Row[Any], sealed: bytes | None) -> None:
        case, previous, own = (row.procedure, row.case_id), row.previous or FIRST, _digest(row)
        end = self.ends.get(case, FIRST)
        if previous != end and (gone := link(end, previous)) in self.missing:
            # It followed what is missing, and that followed the end of this case: the missing event was the case's.
            self.missing[gone] = replace(self.missing[gone], case_id=row.case_id)
        if sealed is not None:
            self._hold(row, sealed, link(previous, own))
        elif row.position <= self.through:
            self.odd.append(_Odd(_named(Kind.INSERTED, row), link(previous, own), None))
            return
        else:
            self._hold_unsealed(row, own, previous == end)
        self.ends[case] = row.digest or FIRST

    def _hold(self, row: Row[Any], sealed: bytes, found: bytes) -> None:
        if found != sealed:
            self.odd.append(_Odd(_named(Kind.ALTERED, row), found, sealed))

    def _hold_unsealed(self, row: Row[Any], own: bytes, follows: bool) -> None:
        self.unsealed += 1
        if own != row.digest:
            self.odd.append(_Odd(_named(Kind.ALTERED, row), None, None))
        elif not follows:
            reason = "it does not follow the event before it in its case; one may be missing"
            self.odd.append(_Odd(replace(_named(Kind.MOVED, row), reason=reason), None, None))

    def told(self) -> list[Finding]:
        """All findings by position. What was sealed at another place was moved, and is not missing there."""
        places = {odd.sealed: odd.finding.position for odd in self.odd if odd.sealed is not None}
        places |= {sealed: found.position for sealed, found in self.missing.items()}
        moved = {odd.found for odd in self.odd if odd.found in places}
        named = [
            replace(odd.finding, kind=Kind.MOVED, was=places[odd.found]) if odd.found in moved else odd.finding
            for odd in self.odd
        ]
        gone = [found for sealed, found in self.missing.items() if sealed not in moved]
        return sorted(named + gone, key=lambda found: found.position or 0)


@dataclass(frozen=True)
class _Odd:
    """A row that is not as it was sealed: the link that it gives, and that which was sealed at its position."""

    finding: Finding
    found: bytes | None
    sealed: bytes | None


def _named(kind: Kind, row: Row[Any]) -> Finding:
    return Finding(
        kind=kind, position=row.position, procedure=row.procedure, case_id=row.case_id, activity=row.activity
    )


def _digest(row: Row[Any]) -> bytes:
    try:
        return digest(told(row))
    except (ValueError, TypeError, AttributeError):  # a lifecycle, time or attributes that no Event can have
        return FIRST
