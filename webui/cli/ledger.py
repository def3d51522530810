"""`qiangji log seal`, `verify`, `prove`, `key`, `compact` and `archive`: recorded facts that can be trusted, and kept in order."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from event_logs.errors import NotSealed
from event_logs.ledger.findings import Verdict
from event_logs.ledger.keys import PublicKey, read_public_key
from event_logs.ledger.seals import SignedSeal, read_seal
from webui.cli.database import now, open_database
from webui.cli.output import as_json, print_facts, print_json
from webui.errors import Refused
from webui.settings import read_settings

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@as_json
def seal(wants_json: bool) -> None:
    """Close a seal now over all that is recorded."""
    from event_logs.ledger import sealing
    from webui import facts

    settings = read_settings()
    book = facts.ledger(settings)
    done = sealing.seal(_reading(settings), book, now=now()) or book.book.last()
    if done is None:
        raise Refused("Nothing is recorded yet, so there is nothing to seal.")
    print_facts(_told(done), wants_json=wants_json)


def _told(done: SignedSeal) -> dict[str, Any]:
    events = sum(head.size for head in done.seal.heads.values())
    told = {"seal": done.seal.number, "closed_at": done.seal.closed_at, "through": done.seal.through}
    return {**told, "events": events, "key": done.seal.key.fingerprint, "digest": done.digest}


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--key", type=FILE, help="The public key of the office that sealed it; needed with FILE.")
@click.option("--witness", type=FILE, multiple=True, help="A seal that was written down earlier (`log witness`).")
@as_json
def verify(file: Path | None, key: Path | None, witness: tuple[Path, ...], wants_json: bool) -> None:
    """Check the database against the seals, or FILE (a log with its proofs, or the proof of one event) with a public key.

    Ends with 1 where an event was altered, dropped, inserted or moved, and names it.
    """
    if file is None:
        verdict = _verified_database([_witness(path) for path in witness])
    elif key is None:
        raise Refused("Checking a file needs the public key of the office that sealed it; name it by --key.")
    else:
        verdict = _verified_file(file, read_public_key(key.read_bytes()))
    _print(verdict, wants_json)
    sys.exit(0 if verdict.sound else 1)


def _verified_database(witnesses: list[SignedSeal]) -> Verdict:
    from event_logs.ledger.inspection import inspect
    from webui import facts

    settings = read_settings()
    return inspect(_reading(settings), facts.ledger(settings), witnesses=witnesses)


def _verified_file(file: Path, key: PublicKey) -> Verdict:
    from event_logs.ledger import verification
    from event_logs.reading import open_log

    proof = verification.read_one(file)
    return verification.verify_event(proof, key) if proof else verification.verify_log(open_log(file), file, key)


def _witness(path: Path) -> SignedSeal:
    return read_seal(path.read_text(encoding="utf-8", errors="replace").strip())


def _print(verdict: Verdict, wants_json: bool) -> None:
    told = {
        "sound": verdict.sound,
        "events": verdict.events,
        "unsealed": verdict.unsealed,
        "seal": verdict.seal,
        "closed_at": verdict.closed_at,
        "key": verdict.fingerprint,
    }
    if wants_json:
        findings = [{"kind": str(f.kind), "position": f.position, "case": f.case_id} for f in verdict.findings]
        sentences = [{"sentence": f.sentence()} for f in verdict.findings]
        print_json({**told, "findings": [a | b for a, b in zip(findings, sentences, strict=True)]})
        return
    print_facts(told, wants_json=False)
    for finding in verdict.findings:
        click.echo(finding.sentence())


@click.command()
@click.argument("position", type=click.IntRange(1))
@click.argument("file", type=click.Path(path_type=Path))
def prove(position: int, file: Path) -> None:
    """Write the proof of the one event at POSITION to FILE, a .json that `log verify` reads."""
    from event_logs.ledger.proofs import proof_of
    from webui import facts

    if file.suffix != ".json":
        raise Refused(f"{file} should end in .json, so that `log verify` knows what it is.")
    settings = read_settings()
    proof = proof_of(_reading(settings), facts.ledger(settings), position)
    file.write_text(json.dumps(proof, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def witness(file: Path) -> None:
    """Write the last seal to FILE, to be kept elsewhere: later it tells whether an old database was put in place."""
    from webui import facts

    last = facts.ledger(read_settings()).book.last()
    if last is None:
        raise NotSealed("anything")
    file.write_text(last.line() + "\n", encoding="utf-8")


@click.command()
@click.option("--rotate", is_flag=True, help="Begin to use a new key; the old one signs the hand-over.")
def key(rotate: bool) -> None:
    """Print the public key (PEM), which other offices verify with; its fingerprint goes to stderr."""
    from event_logs.ledger.sealing import hand_over
    from webui import facts

    book = facts.ledger(read_settings())
    if rotate:
        hand_over(book, now=now())
    public = book.key().public
    click.echo(public.pem(), nl=False)
    click.echo(f"fingerprint {public.fingerprint}", err=True)


@click.command()
@as_json
def compact(wants_json: bool) -> None:
    """Merge the small files of the warehouse, and archive or give up months by the settings."""
    from event_logs.warehouse.upkeep import keep_up
    from webui import analyses, facts

    settings = read_settings()
    lake = analyses.warehouse(settings).lake
    _print_parts(keep_up(lake, facts.policy(settings), now=now()), wants_json)


@click.command()
@click.option(
    "--months", type=click.IntRange(1, 1200), required=True, help="Archive what is older than so many months."
)
@as_json
def archive(months: int, wants_json: bool) -> None:
    """Pack old months of the warehouse into its archive now; every snapshot stays as it is."""
    from dataclasses import replace

    from event_logs.warehouse.upkeep import keep_up
    from webui import analyses, facts

    settings = read_settings()
    lake = analyses.warehouse(settings).lake
    _print_parts(keep_up(lake, replace(facts.policy(settings), archive_months=months), now=now()), wants_json)


def _print_parts(manifest: Any, wants_json: bool) -> None:
    archived = [part for part in manifest.parts if part.archived]
    told = {"files": len(manifest.parts), "events": sum(part.rows for part in manifest.parts)}
    print_facts({**told, "archived_files": len(archived), "through": manifest.through}, wants_json=wants_json)


def export_with_proofs(procedure: str, file: Path) -> None:
    """The recorded events of a procedure as they are, sealed now, with their proofs beside them."""
    from event_logs.ledger import proofs, sealing
    from event_logs.warehouse.raw import recorded_log
    from event_logs.writing import write_log
    from webui import facts

    settings = read_settings()
    database, book = _reading(settings), facts.ledger(settings)
    sealing.seal(database, book, now=now())
    through = proofs.needed_seals(book, procedure)[-1].seal.through
    with tempfile.TemporaryDirectory(prefix="qiangji-export-") as folder:
        log = recorded_log(database, procedure, Path(folder), upto=through, zone=settings.zone.key)
        write_log(log, file, exact=True)
    proofs.write_proofs(database, book, procedure, file)


def _reading(settings: Any) -> Any:
    from workflows.database import reading

    return reading(open_database(settings))


COMMANDS = (seal, verify, prove, witness, key, compact, archive)
