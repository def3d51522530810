"""`qiangji log quality` and `repairs`: how good a log is, rule by rule, and the repairs that a person decides."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from event_logs.errors import UnknownLog
from event_logs.quality import BY_KEY, Finding, Part
from event_logs.quality.records import RepairState, checks_of, decide, repairs_of
from webui import quality as checks
from webui.cli.database import changing, now, open_database
from webui.cli.output import as_json, print_facts, print_json, print_rows
from webui.database import reading_sessions
from webui.settings import Settings, read_settings

_RULES = ("rule", "dimension", "stage", "post", "broken", "asked", "score", "case")
_REPAIRS = ("id", "rule", "state", "names", "proposed_at", "decided_by", "decided_at")
_DECISIONS = {"accept": RepairState.ACCEPTED, "decline": RepairState.DECLINED, "take-back": RepairState.PROPOSED}


@click.command()
@click.argument("name")
@as_json
def quality(name: str, wants_json: bool) -> None:
    """Check the log NAME or what is recorded of the procedure NAME, with the repairs that were accepted; the result joins the trend.

    Each rule with the post that answers for it and a case that breaks it; then the scores of the log, its offices and posts, and the
    checks before.
    """
    settings = read_settings()
    database = open_database(settings)
    log = _known(settings, database, name)
    made = checks.check(settings, database, log, occasion="asked", now=now())
    rules = list(map(_rule, made.findings))
    with reading_sessions(database)() as session:
        trend = [
            {"at": one.at, "occasion": one.occasion, "score": round(one.score, 4)} for one in checks_of(session, log)
        ]
        open_repairs = sum(row.state == RepairState.PROPOSED for row in repairs_of(session, log))
    facts = {
        "score": round(made.score, 4),
        "offices": {office: _part(part) for office, part in made.offices.items()},
        "posts": {post: _part(part) for post, part in made.posts.items()},
        "repairs_proposed": open_repairs,
    }
    if wants_json:
        print_json({**facts, "rules": rules, "trend": trend})
        return
    print_rows(rules, _RULES, wants_json=False, empty="No rule had anything to ask of this log.")
    print_facts({**facts, "scores_before": [one["score"] for one in trend[1:]]}, wants_json=False)


def _rule(finding: Finding) -> dict[str, Any]:
    rule = BY_KEY[finding.rule]
    return {
        "rule": finding.rule,
        "dimension": str(rule.dimension),
        "stage": str(rule.stage),
        "post": rule.post,
        "broken": finding.broken,
        "asked": finding.asked,
        "score": round(finding.score, 4),
        "case": finding.evidence[0].case_id if finding.evidence else None,
    }


def _part(part: Part) -> dict[str, Any]:
    return {"score": round(part.score, 4), "broken": dict(part.broken)}


@click.command()
@click.argument("name")
@click.argument("decision", type=click.Choice(list(_DECISIONS)), required=False)
@click.argument("number", metavar="ID", type=int, required=False)
@click.option("--by", default="cli", show_default=True, help="Who decides it, for the record.")
@as_json
def repairs(name: str, decision: str | None, number: int | None, by: str, wants_json: bool) -> None:
    """The repairs proposed for the log NAME; with a decision, that on the repair ID. No fact is changed: the log reads accordingly."""
    if (decision is None) != (number is None):
        raise click.UsageError("A decision needs the ID of a repair: `qiangji log repairs NAME accept ID`.")
    settings = read_settings()
    database = open_database(settings)
    log = _known(settings, database, name)
    if decision is not None and number is not None:
        with changing() as session:
            decide(session, log, number, _DECISIONS[decision], by=by, now=now())
    with reading_sessions(database)() as session:
        rows = _told(session, log)
    print_rows(rows, _REPAIRS, wants_json=wants_json, empty="Nothing is to be repaired.")


def _told(session: Session, log: str) -> list[dict[str, Any]]:
    return [{column: getattr(row, column) for column in _REPAIRS} for row in repairs_of(session, log)]


def _known(settings: Settings, database: Engine, name: str) -> str:
    """Raises UnknownLog."""
    known = checks.names(settings, database)
    meant = next((log for log in (f"{checks.IMPORTED}{name}", name) if log in known), None)
    if meant is None:
        raise UnknownLog(name)
    return meant
