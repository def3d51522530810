"""`qiangji analyse`: a log read for bottlenecks, deviations, rework and time limits."""

from __future__ import annotations

import json
from pathlib import Path

import click

from webui.cli.database import now, reading
from webui.cli.given import PAIR
from webui.cli.log import MEANINGS
from webui.cli.output import steps
from webui.settings import LANGUAGES, read_settings

WRITTEN = "such as 'and(started(2026-01-01T00:00Z,),not(again(check,1)))'"


@click.command()
@click.argument("what", metavar="LOG_OR_FILE")
@click.option("--model", metavar="FILE|PROCEDURE[@VERSION]", help="The drawing to compare with.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--json", "wants_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--filter", "where", metavar="FILTER|NAME", help=f"Only these cases: {WRITTEN}, or the name of a kept filter."
)
@click.option("--map", "pairs", type=PAIR, multiple=True, help=f"For a FILE of columns. {MEANINGS}")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of text and html; by default QIANGJI_LANGUAGE.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of the intervals: the same seed, the same figures."
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the screen.")
def analyse(
    what: str,
    model: str | None,
    where: str | None,
    form: str,
    wants_json: bool,
    pairs: tuple[tuple[str, str], ...],
    language: str | None,
    seed: int,
    output: Path | None,
) -> None:
    """Say where the cases of an imported log, a file or a procedure wait, and where they leave the drawing.

    Recorded casework is compared with the very versions that ran; for a log from elsewhere --model names the drawing.
    """
    from mining.diagnosis import as_dict, diagnose
    from webui import report
    from webui.accepting import with_accepted
    from webui.cli import logs

    language = language or read_settings().language
    with steps("Analysing") as step:
        step("reading")
        subject = logs.subject(what, dict(pairs))
        ran, limits = logs.models(model) if model else (subject.models, subject.limits)
        diagnosis = diagnose(
            subject.log,
            ran or None,
            limits=limits,
            costs=subject.costs,
            calendar=subject.hours,
            where=logs.chosen(where, what) if where else None,
            seed=seed,
            progress=step,
        )
        if not Path(what).is_file():
            with reading() as session:
                diagnosis = with_accepted(session, diagnosis, logs.name_of(what), now())
    if wants_json or form == "json":
        text = json.dumps(as_dict(diagnosis), ensure_ascii=False, indent=2) + "\n"
    elif form == "html":
        text = report.as_html(diagnosis, logs.labels(ran, language), language)
    else:
        text = report.as_text(diagnosis, logs.labels(ran, language), language)
    _give(text, output)


def _give(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(output), error.strerror) from error
