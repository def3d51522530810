"""`qiangji redesign`: from what the facts suggest to a decision about what a trial has shown."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.orm import Session

from event_logs.warehouse import Warehouse
from mining import archive
from mining.archive import ArchivedProposal, ArchivedTrial
from mining.evaluation import Against, Effect, Promise
from webui import improvement
from webui.cli.database import changing, now, open_database, reading
from webui.cli.output import as_json, print_facts, print_json, print_rows, progress, steps
from webui.improvement import Bench, Decision
from webui.settings import read_settings
from workflows import staff
from workflows.errors import NotAllowed

_SHOWN = ("id", "kind", "saves_hours", "promised", "reason")
_TRIED = ("id", "proposal", "kind", "share", "started_at", "promised", "shown", "decision")
share_of_cases = click.FloatRange(0, 1, min_open=True, max_open=True)
by_whom = click.option("--by", help="The officer who answers for it.")


@click.group()
def redesign() -> None:
    """Redesigns: proposed from the recorded facts, simulated, tried on a share of new cases, proven, decided by a person."""


@redesign.command("propose")
@click.argument("key", metavar="PROCEDURE")
@by_whom
@as_json
def propose(key: str, by: str | None, wants_json: bool) -> None:
    """Say what would help PROCEDURE, and why; each proposal gets a number."""
    bench = _bench()
    with steps("Proposing") as step:
        numbers = improvement.propose(bench, key, by=by, now=now(), progress=lambda name, _share: step(name))
    with reading() as session:
        rows = [_proposal(archive.proposal_of(session, number)) for number in numbers]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty=f"The facts suggest no redesign of {key}.")


@redesign.command("list")
@click.argument("key", metavar="PROCEDURE", required=False)
@as_json
def list_(key: str | None, wants_json: bool) -> None:
    """The trials so far, the latest first: what was promised, what they showed, who decided what."""
    with reading() as session:
        rows = [_trial(entry.trial) for entry in archive.ledger(session, key)]
    print_rows(rows, _TRIED, wants_json=wants_json, empty="Nothing was tried yet.")


@redesign.command("simulate")
@click.argument("proposal", type=int)
@click.option(
    "--share", type=share_of_cases, default=improvement.SHARE, show_default=True, help="Of new cases on trial."
)
@click.option("--cases", type=click.IntRange(1), default=improvement.CASES, show_default=True, help="In the trial.")
@click.option("--replications", type=click.IntRange(2), default=improvement.REPLICATIONS, show_default=True)
@click.option("--seed", type=int, default=improvement.SEED, show_default=True, help="The same seed, the same promise.")
@as_json
def simulate(proposal: int, share: float, cases: int, replications: int, seed: int, wants_json: bool) -> None:
    """What a trial of PROPOSAL would show, by simulation of what was learnt from the log."""
    bench = _bench()
    with progress("Simulating") as done:
        found = improvement.simulate(
            bench,
            proposal,
            share=share,
            cases=cases,
            replications=replications,
            seed=seed,
            now=now(),
            progress=lambda _step, portion: done(portion) if portion is not None else None,
        )
    facts = {name: getattr(found, name) for name in found.__dataclass_fields__}
    if wants_json:
        print_json({"proposal": proposal, **facts, "reliable": found.reliable, "why": _WHY[found.against]})
        return
    print_facts(
        {
            "proposal": proposal,
            **_promised(found),
            "when all cases take it": _change(*found.roll_out),
            "reliable": found.reliable,
            "notes": list(found.notes),
        },
        wants_json=False,
    )


@redesign.command("trial")
@click.argument("proposal", type=int)
@click.option("--share", type=share_of_cases, default=improvement.SHARE, show_default=True, help="Of new cases.")
@click.option("--by", required=True, help="The officer who answers for it; a post of theirs must carry the right.")
@as_json
def trial(proposal: int, share: float, by: str, wants_json: bool) -> None:
    """Deploy PROPOSAL beside the version in use and let it take a share of the new cases."""
    with changing() as session:
        _refuse_without_right(session, by)
        started = improvement.try_out(session, proposal, share=share, by=by, now=now())
        facts, promised = _trial(started), started.promised.promise if started.promised else None
    if promised and not wants_json:
        facts = {**{name: value for name, value in facts.items() if name != "promised_against"}, **_promised(promised)}
    print_facts(facts, wants_json=wants_json)


@redesign.command("decide")
@click.argument("number", metavar="TRIAL", type=int)
@click.option("--promote", "decision", flag_value=Decision.PROMOTE.value, help="All new cases take it.")
@click.option("--roll-back", "decision", flag_value=Decision.ROLL_BACK.value, help="No new case takes it any more.")
@click.option("--by", help="The officer who decides.")
@click.option("--remark", default="", help="Why.")
@as_json
def decide(number: int, decision: str | None, by: str | None, remark: str, wants_json: bool) -> None:
    """Show what TRIAL has shown and what that advises; with --promote or --roll-back, end it."""
    if decision and not by:
        raise click.UsageError("A person decides: say who with --by.")
    proof = improvement.prove(_bench(), number, now=now())
    facts: dict[str, Any] = {}
    for group, effect in proof.effects.items():
        facts |= {f"{name} ({_GROUP[group]})": value for name, value in _effect(effect).items()}
    facts |= {"fair comparison": _GROUP[proof.fair], "why": _WHY[proof.fair]}
    if proof.verdict is not None:
        facts |= {"advice": proof.verdict.advice.value, "because": proof.verdict.sentence}
    if decision and by:
        with changing() as session:
            _refuse_without_right(session, by)
            ended = improvement.decide(session, number, Decision(decision), proof, by=by, remark=remark, now=now())
            facts |= {"decision": ended.decision, "decided_by": ended.decided_by}
    if wants_json:
        effects = {group.value: effect for group, effect in proof.effects.items()}
        told = {name: facts[name] for name in ("why", "advice", "because", "decision", "decided_by") if name in facts}
        shown = {"effect": proof.effect, "effects": effects, "fair": proof.fair.value, "verdict": proof.verdict}
        print_json({"trial": number, **shown, **_effect(proof.effect), **told})
    else:
        print_facts({"trial": number, **facts}, wants_json=False)


def _refuse_without_right(session: Session, by: str) -> None:
    """The same right that the page asks for."""
    officer = staff.find_officer(session, by)
    if not staff.may(session, officer, "redesign", now()):
        raise NotAllowed(officer.code, "no post of theirs carries the right 'redesign'.")


def _bench() -> Bench:
    settings = read_settings()
    return Bench(open_database(settings), Warehouse(settings.home))


def _proposal(kept: ArchivedProposal) -> dict[str, Any]:
    promise = kept.promises[-1].promise if kept.promises else None
    return {
        "id": kept.id,
        "procedure": kept.procedure,
        "version": kept.version,
        "kind": kept.kind,
        "saves_hours": round(kept.gain / 3600, 2),
        "promised": _change(promise.estimate, promise.low, promise.high) if promise else None,
        "reason": kept.reason,
        "changes": kept.changes,
        "evidence": kept.evidence,
        "source": kept.source,
        "made_at": kept.made_at,
    }


def _trial(kept: ArchivedTrial) -> dict[str, Any]:
    promise, effect = kept.promised.promise if kept.promised else None, kept.effect
    return {
        "id": kept.id,
        "proposal": kept.proposal.id,
        "procedure": kept.proposal.procedure,
        "kind": kept.proposal.kind,
        "current_version": kept.current_version,
        "trial_version": kept.trial_version,
        "share": kept.share,
        "started_at": kept.started_at,
        "promised": _change(promise.estimate, promise.low, promise.high) if promise else None,
        "promised_against": {group.value: promise.of(group) for group in Against} if promise else None,
        "fair": (promise.against if promise else improvement.fair_group(kept.proposal.kind)).value,
        "shown": _change(effect.estimate, effect.low, effect.high) if effect else None,
        "advice": kept.advice,
        "decision": kept.decision,
        "decided_by": kept.decided_by,
        "remark": kept.remark,
    }


_GROUP = {
    Against.BESIDE: "against cases beside it",
    Against.BEFORE: "against cases before it",
}
_WHY = {
    Against.BESIDE: "Chance decides which cases run beside the trial: they meet the same season and the same staff.",
    Against.BEFORE: (
        "The queue that is relieved is shared: the cases beside the trial gain, too, so only those before it show the time "
        "without the redesign."
    ),
}


def _promised(found: Promise) -> dict[str, Any]:
    """What is promised against each group, and which comparison is the fair one."""
    known = {group: found.of(group) for group in Against}
    lines = {f"lead time {_GROUP[group]}": _change(*told) for group, told in known.items() if told is not None}
    return {**lines, "fair comparison": _GROUP[found.against], "why": _WHY[found.against]}


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "change": _change(effect.estimate, effect.low, effect.high),
        "cases_before": effect.n_before,
        "cases_after": effect.n_after,
        "open_before": effect.open_before,
        "open_after": effect.open_after,
        "says": effect.verdict.value,
    }


def _change(estimate: float, low: float, high: float) -> str:
    """A relative change with its 95 % interval."""
    if estimate != estimate:
        return "too few cases"
    return f"{estimate:+.1%} ({low:+.1%} to {high:+.1%})"
