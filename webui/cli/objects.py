"""`qiangji objects`: the objects of a log, what happens to them, and the story of one."""

from __future__ import annotations

from dataclasses import asdict

import click

from webui.cli.output import as_json, print_json, print_rows, steps
from webui.settings import LANGUAGES, read_settings

_SHOWN = ("at", "activity", "others")


@click.command()
@click.argument("name", metavar="LOG|PROCEDURE")
@click.option("--document", "documents", multiple=True, help="A field that names documents, which become objects.")
@click.option(
    "--object", "one", metavar="OBJECT", help="Only the story of this one, such as taxpayer:91330100DEMO000001."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="By default QIANGJI_LANGUAGE.")
@as_json
def objects(name: str, *, documents: tuple[str, ...], one: str | None, language: str | None, wants_json: bool) -> None:
    """Say what happens to which objects of an object-centric log or of casework, and how they wait for each other.

    The objects of casework are cases, taxpayers, officers and offices; work counts when it is completed.
    """
    from mining.objects import object_view, story
    from webui import report
    from webui.cli import logs

    with steps("Looking at the objects"):
        log = logs.kept_objects(name, documents, completed=True)
        if one is not None:
            rows = [asdict(moment) for moment in story((name, log, one))]
            print_rows(rows, _SHOWN, wants_json=wants_json, empty=f"Nothing is recorded of {one!r}.")
            return
        found = object_view(log)
    if wants_json:
        print_json(found)
        return
    language = language or read_settings().language
    click.echo(report.objects_as_text(found, logs.labels_of(name, language), language), nl=False)
