"""Predictions of open cases, made by the worker: trained on a snapshot, shown from rows, compared when cases end, told as warnings.

Training takes seconds to minutes and loads scikit-learn, so each round runs in a process of its own; no page waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from event_logs import store
from mining.prediction import attributes_of, forecasts, prefixes, train, trial
from mining.prediction.records import keep_forecasts, keep_model, newest_model, next_margins, settle, unsettled
from mining.reading import read
from mining.work import Stamps
from webui import catalogue, warning
from webui.database import open_engine, reading_sessions, transaction
from webui.predicting_imported import predict_imported
from webui.quality import IMPORTED, load
from webui.settings import Settings
from workflows import jobs
from workflows.tables import Case, CaseState

log = logging.getLogger(__name__)
PREDICT = "predict"
SEED = 20_260_101
LOOK_SECONDS = 300
EVERY = timedelta(hours=1)  # at most, where something happened
AT_LEAST = timedelta(days=1)  # waiting alone makes a case late
RUNNING = (CaseState.RUNNING, CaseState.SUSPENDED)


def work(settings: Settings) -> Callable[[sa.Engine, Mapping[str, Any], datetime], None]:
    """What the job `predict` does."""

    def run(_database: sa.Engine, payload: Mapping[str, Any], now: datetime) -> None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            alone.submit(predict_apart, settings, payload["procedure"], now).result()

    return run


def predict_apart(settings: Settings, procedure: str, now: datetime) -> int:
    """A round of a procedure, or of an imported log (`log:` before its name), in this process with a connection of its own."""
    database = open_engine(settings)
    try:
        if procedure.startswith(IMPORTED):
            return predict_imported(settings, database, procedure, now=now, seed=SEED)
        return predict(settings, database, procedure, now=now)
    finally:
        database.dispose()


def predict(settings: Settings, database: sa.Engine, procedure: str, *, now: datetime, seed: int = SEED) -> int:
    """Compare what was shown with what then happened, train on what is recorded up to now, predict every open case, warn; says how
    many are newly shown."""
    with transaction(database) as session:
        position = store.last_position(session, procedure=procedure)
        settle(session, procedure, _ended(session, procedure))
        margins = next_margins(session, procedure, now=now)
        limits = _limits(session, procedure)
    facts = load(settings, database, procedure, now=now)
    reading = read(facts, {})
    known = prefixes(reading.rows, reading.cases, attributes_of(facts))
    trained = train(known, _stamp(now), boosted=True, seed=seed, margins=margins)
    track = trial(known, boosted=True, seed=seed)
    found = forecasts(trained, _stamp(now), _due(limits, known.cases))
    with transaction(database) as session:
        model = keep_model(
            session,
            procedure,
            track,
            way=trained.model.way,
            margins=trained.model.margins,
            source=facts.source,
            position=position,
            seed=seed,
            now=now,
        )
        running = _running(session, procedure)
        rows = keep_forecasts(session, model, [one for one in found if one.case in running], now=now)
        settle(session, procedure, _ended(session, procedure))
        warning.warn(session, rows, now=now)
    return len(rows)


def _limits(session: Session, procedure: str) -> Mapping[str, datetime]:
    """When each case is due, as its rows say: with the days on which the clock stood still."""
    rows = session.execute(sa.select(Case.number, Case.due_at).where(Case.procedure == procedure))
    return {row.number: row.due_at for row in rows if row.due_at is not None}


def _due(limits: Mapping[str, datetime], cases: Sequence[str]) -> Stamps:
    never = np.datetime64("NaT", "us")
    return np.array([_stamp(limits[case]) if case in limits else never for case in cases], dtype="datetime64[us]")


def _stamp(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def _running(session: Session, procedure: str) -> frozenset[str]:
    return frozenset(
        session.scalars(sa.select(Case.number).where(Case.procedure == procedure, Case.state.in_(RUNNING)))
    )


def _ended(session: Session, procedure: str) -> dict[str, datetime]:
    waiting = set(unsettled(session, procedure))
    closed = sa.select(Case.number, Case.closed_at).where(Case.procedure == procedure, Case.closed_at.is_not(None))
    return {row.number: row.closed_at for row in session.execute(closed) if row.number in waiting}


def ask(session: Session, procedure: str, *, now: datetime) -> bool:
    """Have a procedure predicted once this transaction is committed; False where that waits already."""
    return jobs.defer(session, PREDICT, {"procedure": procedure}, now=now, key=f"{PREDICT}:{procedure}")


def ask_due(database: sa.Engine, now: datetime) -> int:
    """Have predicted what is due: every hour where something happened, every day anyhow; says how many."""
    with reading_sessions(database)() as session:
        due = [v.key for v in catalogue.newest(session) if _is_due(session, v.key, now)]
    for procedure in due:
        with transaction(database) as session:
            ask(session, procedure, now=now)
    return len(due)


def _is_due(session: Session, procedure: str, now: datetime) -> bool:
    position, last = store.last_position(session, procedure=procedure), newest_model(session, procedure)
    if not position:
        return False
    return last is None or last.made_at <= now - (EVERY if position > last.position else AT_LEAST)


def look(database: sa.Engine, now: Callable[[], datetime]) -> None:
    """What the clock does every few minutes."""
    try:
        ask_due(database, now())
    except SQLAlchemyError:
        log.exception("It could not be seen what is to be predicted; it is tried again in %s seconds.", LOOK_SECONDS)
