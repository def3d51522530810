"""What was predicted, kept: which model, from which snapshot, how it had fared before, each forecast that was shown, and what came of it.

A forecast stays the current one of its case until the case moves on, the warning changes, or it is a day old. The fitted model is
not kept: the snapshot, the seed, the margins and this code give it again to the byte, and nothing that was fitted elsewhere is ever loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import Index, MetaData, String, Text, func, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Json, Utc
from mining.prediction.forecast import Forecast
from mining.prediction.margins import SIDE, Issued, Margins, adapted
from mining.prediction.track import Track
from mining.prediction.ways import Way
from mining.work import Stamps

OLD = timedelta(days=1)
AT_ONCE = 500  # cases asked for in one statement
FOLLOWED = 5_000  # newest forecasts from which the next intervals learn


class Base(DeclarativeBase):
    """The tables of predictions."""

    metadata = MetaData()


class Grade(StrEnum):
    """How urgently a risk of missing the time limit is told (分级预警)."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


GRADES = {Grade.HIGH: 0.8, Grade.MIDDLE: 0.5, Grade.LOW: 0.2}  # from which risk on, the most urgent first


class PredictionModel(Base):
    """One training: `number` counts within the procedure, `source` names the snapshot, `figures` are those of its Track, `way` how the
    median is told, the margins what its intervals leave outside (`margins.adapted`)."""

    __tablename__ = "prediction_models"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(200), index=True)
    number: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Utc)
    source: Mapped[str] = mapped_column(Text)
    position: Mapped[int]  # of the last event that it knows
    seed: Mapped[int]
    weight: Mapped[float]
    way: Mapped[str] = mapped_column(String(16), default="table", server_default="table")
    margin_below: Mapped[float] = mapped_column(default=SIDE, server_default="0.05")
    margin_above: Mapped[float] = mapped_column(default=SIDE, server_default="0.05")
    figures: Mapped[dict[str, Any] | None] = mapped_column(Json)

    @property
    def margins(self) -> Margins:
        return Margins(self.margin_below, self.margin_above)


class CaseForecast(Base):
    """What was shown of a case from `made_at` on: when half and nine in ten of its like are over, and the risk of missing `due_at`."""

    __tablename__ = "case_forecasts"
    __table_args__ = (
        Index("ix_case_forecasts_case", "case", "current"),
        Index("ix_case_forecasts_of", "procedure", "current"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", String(200))
    procedure: Mapped[str] = mapped_column(String(200))
    model: Mapped[int]
    activity: Mapped[str] = mapped_column(String(256))
    step: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Utc)
    median_at: Mapped[datetime] = mapped_column(Utc)
    low_at: Mapped[datetime] = mapped_column(Utc)
    high_at: Mapped[datetime] = mapped_column(Utc)
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    risk: Mapped[float | None]
    following: Mapped[list[Any]] = mapped_column(Json)
    current: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(Utc)

    @property
    def grade(self) -> Grade | None:
        return grade(self.risk)


class RiskWarning(Base):
    """A case was warned of with that grade: once."""

    __tablename__ = "risk_warnings"

    case: Mapped[str] = mapped_column("case", String(64), primary_key=True)
    grade: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc)


def grade(risk: float | None) -> Grade | None:
    """The most urgent grade that a risk reaches, None below the lowest and where there is no time limit."""
    return next((found for found, least in GRADES.items() if risk is not None and risk >= least), None)


def keep_model(
    session: Session,
    procedure: str,
    track: Track | None,
    *,
    way: Way,
    margins: Margins,
    source: str,
    position: int,
    seed: int,
    now: datetime,
) -> PredictionModel:
    """The next number of that procedure."""
    last = session.scalar(select(func.max(PredictionModel.number)).where(PredictionModel.procedure == procedure))
    model = PredictionModel(procedure=procedure, number=(last or 0) + 1, made_at=now, source=source, position=position)
    model.seed, model.way, model.weight = seed, way.value, way.weight
    model.margin_below, model.margin_above = margins.below, margins.above
    model.figures = None if track is None else asdict(track)
    session.add(model)
    session.flush()
    return model


def newest_model(session: Session, procedure: str) -> PredictionModel | None:
    """The training that what is shown of a procedure comes from; None before the first."""
    newest = select(PredictionModel).where(PredictionModel.procedure == procedure)
    return session.scalars(newest.order_by(PredictionModel.number.desc()).limit(1)).first()


def keep_forecasts(
    session: Session, model: PredictionModel, found: Iterable[Forecast], *, now: datetime
) -> list[CaseForecast]:
    """File what is new of each open case; returns what is newly shown."""
    told = list(found)
    shown = of_cases(session, model.procedure, [one.case for one in told])
    fresh = [one for one in told if one.case not in shown or _superseded(shown[one.case], one, now)]
    for cases in _in_parts([one.case for one in fresh]):
        before = update(CaseForecast).where(CaseForecast.case.in_(cases), CaseForecast.current)
        session.execute(before.where(CaseForecast.procedure == model.procedure).values(current=False))
    rows = [_row(model, one, now) for one in fresh]
    session.add_all(rows)
    session.flush()
    return rows


def _superseded(shown: CaseForecast, one: Forecast, now: datetime) -> bool:
    moved = (shown.activity, shown.step) != (one.activity, one.step)
    return moved or shown.grade != grade(one.risk) or shown.made_at <= now - OLD


def _row(model: PredictionModel, one: Forecast, now: datetime) -> CaseForecast:
    return CaseForecast(
        case=one.case,
        procedure=model.procedure,
        model=model.number,
        activity=one.activity,
        step=one.step,
        made_at=now,
        median_at=now + timedelta(seconds=one.median),
        low_at=now + timedelta(seconds=one.low),
        high_at=now + timedelta(seconds=one.high),
        due_at=None if one.limit is None else _instant(one.limit),
        risk=one.risk,
        following=[[activity, share] for activity, share in one.following],
        current=True,
    )


def _instant(at: np.datetime64) -> datetime:
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list says of a case."""

    risk: float | None
    median_at: datetime


def shown_of(session: Session, procedure_of: Mapping[str, str]) -> dict[str, Shown]:
    """What is currently shown of each of these cases that has a forecast, found by the index of cases."""
    found: dict[str, Shown] = {}
    columns = select(CaseForecast.case, CaseForecast.procedure, CaseForecast.risk, CaseForecast.median_at)
    for part in _in_parts(list(procedure_of)):
        for row in session.execute(columns.where(CaseForecast.current, CaseForecast.case.in_(part))):
            if row.procedure == procedure_of[row.case]:  # asked here: SQLite would look through all of the procedure
                found[row.case] = Shown(row.risk, row.median_at)
    return found


def of_cases(session: Session, procedure: str, cases: Sequence[str]) -> dict[str, CaseForecast]:
    """The current forecast of each of these cases that has one."""
    found: dict[str, CaseForecast] = {}
    current = select(CaseForecast).where(CaseForecast.current)
    for part in _in_parts(cases):
        rows = session.scalars(current.where(CaseForecast.case.in_(part)))
        found |= {row.case: row for row in rows if row.procedure == procedure}
    return found


def most_at_risk(session: Session, procedure: str, limit: int) -> Sequence[CaseForecast]:
    """The current forecasts of a procedure, the most at risk first."""
    of_procedure = select(CaseForecast).where(CaseForecast.procedure == procedure, CaseForecast.current)
    by_risk = of_procedure.order_by(
        func.coalesce(CaseForecast.risk, -1).desc(), CaseForecast.median_at.desc(), CaseForecast.id
    )
    return session.scalars(by_risk.limit(limit)).all()


def _in_parts(cases: Sequence[str]) -> Iterable[Sequence[str]]:
    return (cases[at : at + AT_ONCE] for at in range(0, len(cases), AT_ONCE))


def settle(session: Session, procedure: str, ended: Mapping[str, datetime]) -> None:
    """These cases have ended: what was predicted of them can be compared."""
    for case, at in ended.items():
        open_ones = update(CaseForecast).where(CaseForecast.case == case, CaseForecast.ended_at.is_(None))
        open_ones = open_ones.where(CaseForecast.procedure == procedure)
        session.execute(open_ones.values(ended_at=at, current=False))


def unsettled(session: Session, procedure: str) -> Sequence[str]:
    """The cases of a procedure of which a forecast is current."""
    current = select(CaseForecast.case).where(CaseForecast.procedure == procedure, CaseForecast.current)
    return session.scalars(current.distinct()).all()


def issued(session: Session, procedure: str) -> Issued:
    """The newest forecasts that were shown of a procedure, with what is known of their cases."""
    columns = select(CaseForecast.made_at, CaseForecast.low_at, CaseForecast.high_at, CaseForecast.ended_at)
    newest = columns.where(CaseForecast.procedure == procedure).order_by(CaseForecast.id.desc()).limit(FOLLOWED)
    rows = session.execute(newest).all()
    made, low, high, ended = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Issued(_stamps(made), _stamps(low), _stamps(high), _stamps(ended))


def next_margins(session: Session, procedure: str, *, now: datetime) -> Margins | None:
    """Those of the newest model, corrected by what happened since it was made (`margins.adapted`); None before the first."""
    last = newest_model(session, procedure)
    if last is None:
        return None
    since, until = _stamps([last.made_at, now])
    return adapted(last.margins, issued(session, procedure), since, until)


def _stamps(moments: Sequence[datetime | None]) -> Stamps:
    plain = [None if moment is None else moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    return np.array(plain, dtype="datetime64[us]")


def warn_once(session: Session, case: str, found: Grade, *, now: datetime) -> bool:
    """Whether this is the first warning of that grade for the case."""
    if session.get(RiskWarning, (case, found.value)) is not None:
        return False
    session.add(RiskWarning(case=case, grade=found.value, at=now))
    session.flush()
    return True


@dataclass(frozen=True)
class Promised:
    """Of forecasts with about the same risk: how many, the mean of what was said, and the share that was late."""

    grade: str
    forecasts: int
    said: float
    late: float


@dataclass(frozen=True)
class Comparison:
    """What was shown beside what happened, each forecast once: error of the median in seconds, share of ends in the interval."""

    cases: int
    forecasts: int
    error: float
    coverage: float
    risks: tuple[Promised, ...]


def comparison(session: Session, procedure: str) -> Comparison | None:
    """Of all forecasts whose cases have ended; None before there is one."""
    rows = session.scalars(
        select(CaseForecast).where(CaseForecast.procedure == procedure, CaseForecast.ended_at.is_not(None))
    ).all()
    ends = [(row, row.ended_at) for row in rows if row.ended_at is not None and row.ended_at >= row.made_at]
    if not ends:
        return None
    return Comparison(
        cases=len({row.case for row, _ in ends}),
        forecasts=len(ends),
        error=float(np.mean([abs((end - row.median_at).total_seconds()) for row, end in ends])),
        coverage=float(np.mean([row.low_at <= end <= row.high_at for row, end in ends])),
        risks=tuple(_promised(ends)),
    )


def _promised(ends: Sequence[tuple[CaseForecast, datetime]]) -> Iterable[Promised]:
    for name in (*GRADES, None):
        of_grade = [
            (row.risk, end > row.due_at)
            for row, end in ends
            if row.risk is not None and row.due_at and row.grade == name
        ]
        if of_grade:
            said, late = zip(*of_grade, strict=True)
            yield Promised(name.value if name else "", len(of_grade), float(np.mean(said)), float(np.mean(late)))
