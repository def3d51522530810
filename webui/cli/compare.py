"""`qiangji compare`: two groups of the cases of a log side by side."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

import click

from mining.change import Change
from webui.cli.given import PAIR
from webui.cli.log import MEANINGS
from webui.cli.output import as_json, print_json, steps
from webui.settings import LANGUAGES, read_settings

GROUP = "FILTER|NAME"
DAY = 86_400_000_000  # in microseconds


@click.command()
@click.argument("what", metavar="LOG_OR_FILE")
@click.option("--before", required=True, metavar=GROUP, help="One group: a filter, or the name of a kept one.")
@click.option("--after", required=True, metavar=GROUP, help="The other group.")
@click.option("--filter", "where", metavar=GROUP, help="Only cases of this, in both groups.")
@click.option("--model", metavar="FILE|PROCEDURE[@VERSION]", help="The drawing to compare with.")
@click.option("--map", "pairs", type=PAIR, multiple=True, help=f"For a FILE of columns. {MEANINGS}")
@click.option("--language", type=click.Choice(LANGUAGES), help="By default QIANGJI_LANGUAGE.")
@as_json
def compare(
    what: str,
    *,
    before: str,
    after: str,
    where: str | None,
    model: str | None,
    pairs: tuple[tuple[str, str], ...],
    language: str | None,
    wants_json: bool,
) -> None:
    """Say what differs between two periods, offices, versions or any other groups of the cases of a log, and how surely.

    As in: qiangji compare fines --before 'started(,2026-01-01T00:00Z)' --after 'started(2026-01-01T00:00Z,)'
    """
    from mining.change import change
    from webui import report
    from webui.cli import logs

    with steps("Comparing") as step:
        step("reading")
        subject = logs.subject(what, dict(pairs))
        ran, limits = logs.models(model) if model else (subject.models, subject.limits)
        step("change")
        found = change(
            subject.log,
            logs.chosen(before, what),
            logs.chosen(after, what),
            ran or None,
            where=logs.chosen(where, what) if where else None,
            calendar=subject.hours,
            limits=limits,
        )
    if wants_json:
        print_json(_plain(found))
        return
    language = language or read_settings().language
    click.echo(report.change_as_text(found, logs.labels(ran, language), language), nl=False)


def _plain(found: Change) -> dict[str, Any]:
    """Every figure but the two pictures; the parts of the mean lead time in days."""
    return {
        **{name: getattr(found, name) for name in ("log", "source", "before", "after", "cases", "open_cases")},
        **{name: getattr(found, name) for name in ("shared_cases", "looked", "notes")},
        "looks": [{**asdict(look), "significant": look.significant} for look in found.looks],
        "lead": None if found.lead is None else _parts(found),
    }


def _parts(found: Change) -> dict[str, Any]:
    lead = found.lead
    assert lead is not None
    return {
        "before": _days(lead.before),
        "after": _days(lead.after),
        "by_part": {part.value: _days(value) for part, value in lead.by_part.items()},
        "by_activity": [
            {"part": part.value, "activity": activity, "days": _days(value)}
            for (part, activity), value in lead.by_activity.items()
        ],
    }


def _days(microseconds: Fraction) -> float:
    return float(microseconds / DAY)
