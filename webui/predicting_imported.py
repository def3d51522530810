"""Predictions of the open cases of an imported log, as of its last moment: nobody is warned of them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mining.performance import is_open
from mining.prediction import attributes_of, forecasts, prefixes, train, trial
from mining.prediction.records import keep_forecasts, keep_model, next_margins, settle, unsettled
from mining.reading import Reading, read
from webui.database import transaction
from webui.quality import load
from webui.settings import Settings


def predict_imported(settings: Settings, database: sa.Engine, name: str, *, now: datetime, seed: int) -> int:
    """As `predicting.predict`, of a log (`log:` before its name) in which nothing happens until it is imported again; says how many
    are newly shown, none where the log does not say which cases are open."""
    facts = load(settings, database, name, now=now)
    reading = read(facts, {})
    at = np.datetime64(reading.cases["last_at"].max(), "us")
    with transaction(database) as session:
        _settle(session, name, reading)
        margins = next_margins(session, name, now=_instant(at))
    if not is_open(reading.cases).any():
        return 0
    known = prefixes(reading.rows, reading.cases, attributes_of(facts))
    trained = train(known, at, boosted=True, seed=seed, margins=margins)
    track = trial(known, boosted=True, seed=seed)
    found = forecasts(trained, at)
    with transaction(database) as session:
        model = keep_model(
            session,
            name,
            track,
            way=trained.model.way,
            margins=trained.model.margins,
            source=facts.source,
            position=0,
            seed=seed,
            now=_instant(at),
        )
        return len(keep_forecasts(session, model, found, now=_instant(at)))


def _settle(session: Session, name: str, reading: Reading) -> None:
    """Cases that were open when the log was imported before, and have ended in it now."""
    waiting = set(unsettled(session, name))
    closed = reading.cases[~is_open(reading.cases)]
    rows = zip(closed["case_id"], closed["last_at"], strict=True)
    settle(session, name, {case: _instant(np.datetime64(at, "us")) for case, at in rows if case in waiting})


def _instant(at: np.datetime64) -> datetime:
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)
