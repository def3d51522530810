"""The closed circle, step by step: propose from the facts, simulate, try out on a share, prove, decide.

A trial is held against two groups, each with a promise of its own: the cases that run beside it on the current version, and
those that ran before it. `fair_group` says which of them tells what the redesign does.

Pages and commands call the same functions. `propose` and `simulate` take their time and therefore commit their own result;
`try_out` and `decide` change the given session, which the caller commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bpmn.model import ProcessModel
from bpmn.procedure import Procedure, procedure_from_sources
from bpmn.writing import write_bpmn
from event_logs.log import EventLog
from event_logs.warehouse import Warehouse
from mining import archive, redesign
from mining.archive import ArchivedProposal, ArchivedTrial
from mining.diagnosis import diagnose
from mining.evaluation import Against, Effect, Promise, Verdict, arm_of, compare, judge, latest_of, promise
from mining.performance import case_times
from mining.scenario import learn
from webui import catalogue
from webui.database import reading_sessions, transaction
from webui.errors import Refused
from workflows import deployment, working_hours
from workflows.database import reading
from workflows.tables import ProcedureVersion, VersionState

SHARE, CASES, REPLICATIONS, SEED = 0.3, 400, 30, 1
# Kinds of proposals that relieve a queue in which the cases of both versions stand.
SHARED_QUEUE = frozenset({"hand_over"})
Progress = Callable[[str, float | None], None]


class Decision(StrEnum):
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True)
class Bench:
    """Where the work is done: the database and the logs."""

    engine: sa.Engine
    warehouse: Warehouse


@dataclass(frozen=True)
class Proof:
    """What a trial shows so far against each group, and what the fair one advises; no verdict where nothing was promised."""

    effects: Mapping[Against, Effect]
    fair: Against
    verdict: Verdict | None

    @property
    def effect(self) -> Effect:
        return self.effects[self.fair]


def quiet(_step: str, _share: float | None = None) -> None:
    """The progress of those who do not look."""


def propose(bench: Bench, key: str, *, by: str | None, now: datetime, progress: Progress = quiet) -> list[int]:
    """Analyse the version in use and file what could be redesigned; the numbers of the proposals, best first."""
    progress("snapshot", None)
    with reading_sessions(bench.engine)() as session:
        version = catalogue.in_use(session, key)
        number, procedure = version.number, catalogue.load(session, version)
        hours = working_hours.calendar(session)
    log = arm_of(bench.warehouse.take_snapshot(reading(bench.engine), key, now=now), number)
    found = diagnose(
        log,
        {number: procedure.model},
        limits=procedure.time_limits,
        calendar=hours,
        progress=lambda step: progress(step, None),
    )
    progress("propose", None)
    proposals = redesign.propose(found, log, procedure, calendar=hours)
    with transaction(bench.engine) as session:
        return [
            archive.keep_proposal(session, key, p, version=number, source=log.source, by=by, now=now).id
            for p in proposals
        ]


def simulate(
    bench: Bench,
    proposal: int,
    *,
    share: float = SHARE,
    cases: int = CASES,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    now: datetime,
    progress: Progress = quiet,
) -> Promise:
    """What a trial of that proposal would show against both groups, simulated from the log of the version that it changes and
    from the cases that are open now, and filed."""
    with reading_sessions(bench.engine)() as session:
        kept = archive.proposal_of(session, proposal)
        current = catalogue.of_case(session, kept.procedure, _version(kept)).model
        proposed, shares, number, key = kept.model, dict(kept.shares), _version(kept), kept.procedure
        against, hours = fair_group(kept.kind), working_hours.calendar(session)
    progress("learn", None)
    log = arm_of(bench.warehouse.take_snapshot(reading(bench.engine), key, now=now), number)
    scenario = learn(log, {number: current}, calendar=hours, seed=seed).assuming(choices=shares)
    found = promise(
        current,
        proposed,
        scenario,
        share=share,
        cases=cases,
        replications=replications,
        seed=seed,
        against=against,
        past=log,
        progress=lambda done: progress("simulate", done),
    )
    with transaction(bench.engine) as session:
        archive.keep_promise(session, archive.proposal_of(session, proposal), found, scenario, now=now)
    return found


def try_out(session: Session, proposal: int, *, share: float, by: str | None, now: datetime) -> ArchivedTrial:
    """Deploy the proposed drawing beside the current version and let it take that share of the new cases."""
    kept = archive.proposal_of(session, proposal)
    current = catalogue.in_use(session, kept.procedure)
    if current.number != kept.version:
        raise Refused("The version in use is no longer the one that this proposal changes; propose again.")
    procedure = with_model(catalogue.load(session, current), kept.model)
    note = f"Proposal {kept.id}: {kept.kind}"
    version = deployment.deploy(session, procedure, by=by, now=now, note=note)
    deployment.start_trial(session, version, share=share, by=by, now=now)
    return archive.open_trial(
        session, kept, current_version=current.number, trial_version=version.number, share=share, by=by, now=now
    )


def prove(bench: Bench, trial: int, *, now: datetime) -> Proof:
    """Compare the cases that began during the trial on the new version with those on the current one, beside it and before
    it (as many as the trial was promised for); nothing is changed."""
    with reading_sessions(bench.engine)() as session:
        kept = trial_of(session, trial)
        key, started = kept.proposal.procedure, kept.started_at
        versions = kept.current_version, kept.trial_version
        promised = kept.promised.promise if kept.promised else None
        wanted = promised.against if promised else fair_group(kept.proposal.kind)
        hours = working_hours.calendar(session)
    log = bench.warehouse.take_snapshot(reading(bench.engine), key, now=now)
    beside, tried = (arm_of(began(log, since=started), number) for number in versions)
    before = latest_of(arm_of(began(log, until=started), versions[0]), promised.cases if promised else CASES)
    effects = {
        Against.BESIDE: compare(beside, tried, calendar=hours),
        Against.BEFORE: compare(before, tried, calendar=hours),
    }
    fair = wanted if promised or _has_cases(effects[wanted]) else Against.BESIDE
    return Proof(effects, fair, judge(effects[fair], promised) if promised else None)


def _has_cases(effect: Effect) -> bool:
    """A version that nobody used before the trial has no time before it."""
    return effect.n_before + effect.open_before > 0


def decide(
    session: Session, trial: int, decision: Decision, proof: Proof, *, by: str, remark: str, now: datetime
) -> ArchivedTrial:
    """A person ends the trial: the new version takes all new cases, or none any more. Both stay in the archive."""
    kept = trial_of(session, trial)
    version = catalogue.find(session, kept.proposal.procedure, kept.trial_version)
    archive.decide(
        session,
        kept,
        effect=proof.effect,
        compared=proof.effects,
        verdict=proof.verdict,
        decision=decision.value,
        by=by,
        now=now,
        remark=remark,
    )
    act = deployment.promote if decision is Decision.PROMOTE else deployment.roll_back
    act(session, version, by=by, now=now)
    return kept


def fair_group(kind: str) -> Against:
    """Which group tells what a redesign of that kind does.

    Chance decides which cases run beside the trial, so they have the same season and the same staff: they are fair, unless
    the redesign works through what both share. Officers who help with a queue shorten it for the cases of both versions; then
    only those before the trial show what it was like without.
    """
    return Against.BEFORE if kind in SHARED_QUEUE else Against.BESIDE


def trial_of(session: Session, trial: int) -> ArchivedTrial:
    found = session.get(ArchivedTrial, trial)
    if found is None:
        raise Refused(f"There is no trial {trial}.")
    return found


def running_trial(session: Session, key: str) -> ArchivedTrial | None:
    """The trial that is not decided yet, of a version that still is on trial."""
    open_ones = (entry.trial for entry in archive.ledger(session, key) if entry.trial.decision is None)
    return next((t for t in open_ones if _on_trial(session, key, t.trial_version)), None)


def _on_trial(session: Session, key: str, number: int) -> bool:
    version: ProcedureVersion = catalogue.find(session, key, number)
    return version.state == VersionState.TRIAL


def with_model(procedure: Procedure, model: ProcessModel) -> Procedure:
    """The procedure with another drawing; forms, decisions, posts and time limits stay."""
    sources: Mapping[str, bytes] = {**procedure.sources, f"{procedure.key}.bpmn": write_bpmn(model)}
    return procedure_from_sources(sources)


def began(log: EventLog, *, since: datetime | None = None, until: datetime | None = None) -> EventLog:
    """The cases of which the first event is not before `since`, and before `until`."""
    times = case_times(log)
    if since is not None:
        times = times.filter(times.first_at >= since)
    if until is not None:
        times = times.filter(times.first_at < until)
    return log.filtered(times.select("case_id"))


def _version(proposal: ArchivedProposal) -> int:
    if proposal.version is None:
        raise Refused(
            "This proposal was made for an imported log; only procedures that run here can be simulated and tried."
        )
    return proposal.version
