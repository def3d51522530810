"""`qiangji procedure`: procedures into the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bpmn.procedure import Procedure, read_all_procedures, read_procedure
from webui.cli.database import changing, now, reading
from webui.cli.migrate import migrate, migrations
from webui.cli.output import as_json, print_facts, print_rows
from webui.errors import Refused
from workflows import deployment
from workflows.tables import ProcedureVersion

_SHOWN = ("key", "version", "state", "share", "name", "deployed_at")


@click.group()
def procedure() -> None:
    """Procedures: a folder with a drawing, forms, decision tables and a description, deployed as a numbered version."""


procedure.add_command(migrate)
procedure.add_command(migrations)


@procedure.command("deploy")
@click.argument("what", metavar="FOLDER|KEY")
@click.option("--by", help="The officer who answers for it.")
@click.option("--note", default="", help="Why there is a new version.")
@click.option("--draft", is_flag=True, help="Only keep it; new cases go on taking the version that is active.")
@as_json
def deploy(what: str, by: str | None, note: str, draft: bool, wants_json: bool) -> None:
    """Check the procedure in FOLDER (or ours of that KEY) and make it the version that new cases take."""
    found = _read(what)
    with changing() as session:
        version = deployment.deploy(session, found, by=by, now=now(), note=note)
        if not draft:
            deployment.activate(session, version, by=by, now=now())
        facts = _facts(version)
    print_facts(facts, wants_json=wants_json)


@procedure.command("list")
@click.option("--all", "everything", is_flag=True, help="Retired versions and drafts, too.")
@as_json
def list_(everything: bool, wants_json: bool) -> None:
    """The procedures and their versions."""
    with reading() as session:
        rows = [_facts(v) for v in deployment.versions(session) if everything or v.state in ("active", "trial")]
    empty = "No procedure is deployed yet; `qiangji procedure deploy FOLDER` does it."
    print_rows(rows, _SHOWN, wants_json=wants_json, empty=empty)


def _read(what: str) -> Procedure:
    if Path(what).is_dir():
        return read_procedure(Path(what))
    ours = {found.key: found for found in read_all_procedures()}
    if what not in ours:
        raise Refused(f"{what!r} is neither a folder nor one of our procedures: {', '.join(ours)}.")
    return ours[what]


def _facts(version: ProcedureVersion) -> dict[str, Any]:
    return {
        "key": version.key,
        "version": version.number,
        "state": str(version.state),
        "share": version.share,
        "name": version.names.get("zh") or version.key,
        "names": dict(version.names),
        "digest": version.digest,
        "deployed_by": version.deployed_by,
        "deployed_at": version.deployed_at,
        "note": version.note,
    }
