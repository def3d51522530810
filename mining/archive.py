"""The archive of redesigns: what was proposed and promised, what was tried, what came of it, and who decided.

Rows are only added, and a trial and its decision are filled in once. `ledger` sets forecast beside result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from bpmn.changes import Change, change_as_dict, change_from_dict
from bpmn.model import ProcessModel
from bpmn.reading import read_bpmn
from bpmn.writing import write_bpmn
from event_logs.columns import Json, Utc
from mining.errors import AlreadyDecided, UnknownProposal
from mining.evaluation import Against, Direction, Effect, Interval, Promise, Verdict
from mining.redesign import REASONS, Proposal
from mining.scenario import BaselineGap
from mining.simulation import Scenario


class Base(DeclarativeBase):
    """The tables of the archive."""


class ArchivedProposal(Base):
    """A proposal as it was made: on which version, with which changes, the changed drawing, and why."""

    __tablename__ = "redesign_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(200), index=True)
    version: Mapped[int | None]
    key: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(40))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    code: Mapped[str] = mapped_column(String(40))
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    shares: Mapped[dict[str, Any]] = mapped_column(Json)
    gain: Mapped[float]
    drawing: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)  # of the log that it rests on
    made_at: Mapped[datetime] = mapped_column(Utc)
    made_by: Mapped[str | None] = mapped_column(String(200))
    promises: Mapped[list[ArchivedPromise]] = relationship(back_populates="proposal", order_by="ArchivedPromise.id")
    trials: Mapped[list[ArchivedTrial]] = relationship(back_populates="proposal", order_by="ArchivedTrial.id")

    @property
    def model(self) -> ProcessModel:
        return read_bpmn(self.drawing)

    @property
    def what(self) -> tuple[Change, ...]:
        return tuple(change_from_dict(change) for change in self.changes)

    @property
    def reason(self) -> str:
        return REASONS[self.code].format(**self.evidence)


class ArchivedPromise(Base):
    """What a simulation promised of a proposal, with the scenario, so that it can be repeated."""

    __tablename__ = "redesign_promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("redesign_proposals.id"), index=True)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    scenario: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Utc)
    proposal: Mapped[ArchivedProposal] = relationship(back_populates="promises")

    @property
    def promise(self) -> Promise:
        figures = dict(self.figures)
        baseline = BaselineGap(**figures.pop("baseline"))
        roll_out, notes = tuple(figures.pop("roll_out")), tuple(figures.pop("notes"))
        against = Against(figures.pop("against", Against.BESIDE))
        beside, before = (_interval(figures.pop(each.value, None)) for each in (Against.BESIDE, Against.BEFORE))
        known = {**figures, "baseline": baseline, "roll_out": roll_out, "notes": notes, "against": against}
        return Promise(**known, beside=beside, before=before)


class ArchivedTrial(Base):
    """A trial of a proposal beside the version that it changes, and, once it is over, what it showed and who decided."""

    __tablename__ = "redesign_trials"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("redesign_proposals.id"), index=True)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("redesign_promises.id"))
    current_version: Mapped[int]
    trial_version: Mapped[int]
    share: Mapped[float]
    started_at: Mapped[datetime] = mapped_column(Utc)
    started_by: Mapped[str | None] = mapped_column(String(200))
    effect_figures: Mapped[dict[str, Any] | None] = mapped_column(Json)
    advice: Mapped[str | None] = mapped_column(String(20))
    kept: Mapped[bool | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    remark: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Utc)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    proposal: Mapped[ArchivedProposal] = relationship(back_populates="trials")
    promised: Mapped[ArchivedPromise | None] = relationship()

    @property
    def effect(self) -> Effect | None:
        """What it showed in the comparison that counted."""
        return None if self.effect_figures is None else _effect(self.effect_figures)

    @property
    def effects(self) -> Mapping[Against, Effect]:
        """What it showed in each comparison; none before the decision, nor of trials that were decided by a single one."""
        compared = (self.effect_figures or {}).get("compared", {})
        return {Against(group): _effect(figures) for group, figures in compared.items()}


def _effect(filed: Mapping[str, Any]) -> Effect:
    figures = {name: value for name, value in filed.items() if name != "compared"}
    interval, verdict = tuple(figures.pop("median_difference")), Direction(figures.pop("verdict"))
    return Effect(**figures, median_difference=interval, verdict=verdict)


def _interval(filed: list[float] | None) -> Interval | None:
    return None if filed is None else (filed[0], filed[1], filed[2])


def keep_proposal(
    session: Session,
    procedure: str,
    proposal: Proposal,
    *,
    version: int | None,
    source: str,
    by: str | None,
    now: datetime,
) -> ArchivedProposal:
    """Files a proposal; the same proposal for the same version and log is filed once."""
    known = session.scalars(
        select(ArchivedProposal).filter_by(procedure=procedure, version=version, key=proposal.key, source=source)
    ).first()
    if known is not None:
        return known
    kept = ArchivedProposal(
        procedure=procedure,
        version=version,
        key=proposal.key,
        kind=proposal.kind,
        changes=[change_as_dict(change) for change in proposal.changes],
        code=proposal.code,
        evidence=dict(proposal.evidence),
        shares={node: dict(shares) for node, shares in proposal.shares.items()},
        gain=proposal.gain,
        drawing=write_bpmn(proposal.model).decode(),
        source=source,
        made_at=now,
        made_by=by,
    )
    session.add(kept)
    session.flush()
    return kept


def proposal_of(session: Session, id: int) -> ArchivedProposal:
    """The filed proposal; raises UnknownProposal."""
    found = session.get(ArchivedProposal, id)
    if found is None:
        raise UnknownProposal(id)
    return found


def keep_promise(
    session: Session, proposal: ArchivedProposal, promise: Promise, scenario: Scenario, *, now: datetime
) -> ArchivedPromise:
    """File what a simulation promised of a proposal, with the scenario that it was simulated under."""
    kept = ArchivedPromise(proposal=proposal, figures=asdict(promise), scenario=scenario.to_json(), made_at=now)
    session.add(kept)
    session.flush()
    return kept


def open_trial(
    session: Session,
    proposal: ArchivedProposal,
    *,
    current_version: int,
    trial_version: int,
    share: float,
    by: str | None,
    now: datetime,
) -> ArchivedTrial:
    """Files that a trial began; it is held against the latest promise."""
    trial = ArchivedTrial(
        proposal=proposal,
        promised=proposal.promises[-1] if proposal.promises else None,
        current_version=current_version,
        trial_version=trial_version,
        share=share,
        started_at=now,
        started_by=by,
    )
    session.add(trial)
    session.flush()
    return trial


def decide(
    session: Session,
    trial: ArchivedTrial,
    *,
    effect: Effect,
    verdict: Verdict | None,
    decision: str,
    by: str,
    now: datetime,
    remark: str = "",
    compared: Mapping[Against, Effect] | None = None,
) -> ArchivedTrial:
    """Files what the trial showed (`effect`, and `compared` each group), what was advised (None where nothing had been
    promised) and what a person decided, once; raises AlreadyDecided."""
    if trial.decision is not None:
        raise AlreadyDecided(trial.id, trial.decision)
    groups = {group.value: asdict(each) for group, each in (compared or {}).items()}
    trial.effect_figures = asdict(effect) | ({"compared": groups} if groups else {})
    trial.advice = None if verdict is None else verdict.advice.value
    trial.kept = None if verdict is None else verdict.kept
    trial.decision, trial.decided_by, trial.decided_at, trial.remark = decision, by, now, remark
    session.flush()
    return trial


@dataclass(frozen=True)
class Entry:
    """Forecast and result of one trial, as relative changes; None where there is none (yet)."""

    proposal: ArchivedProposal
    trial: ArchivedTrial
    promise: Promise | None
    effect: Effect | None


def ledger(session: Session, procedure: str | None = None) -> Sequence[Entry]:
    """All trials, the latest first."""
    query = select(ArchivedTrial).join(ArchivedProposal).order_by(ArchivedTrial.id.desc())
    if procedure is not None:
        query = query.where(ArchivedProposal.procedure == procedure)
    return [
        Entry(trial.proposal, trial, trial.promised.promise if trial.promised else None, trial.effect)
        for trial in session.scalars(query)
    ]


@dataclass(frozen=True)
class TrackRecord:
    """How far the simulation can be trusted: promises kept of those judged, and the mean of result minus forecast."""

    judged: int
    kept: int
    mean_error: float | None


def track_record(entries: Sequence[Entry]) -> TrackRecord:
    """How many judged trials kept their promise, and the mean of effect less promise, over those that have both."""
    judged = [entry for entry in entries if entry.trial.kept is not None]
    errors = [e.effect.estimate - e.promise.estimate for e in judged if e.effect is not None and e.promise is not None]
    mean = sum(errors) / len(errors) if errors else None
    return TrackRecord(len(judged), sum(1 for entry in judged if entry.trial.kept), mean)
