"""The office at the end of a log: the open cases where they stand, with the work that is not over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mining.scenario.replay import Player
from mining.simulation.present import OpenCase, OpenWork, Present


def present(
    instances: pd.DataFrame, done: pd.DataFrame, cases: pd.DataFrame, player: Player, offices: Mapping[str, str]
) -> tuple[Present, int]:
    """The open cases among `cases` (case_id -> first, last, closed, attributes), and how many of them leave the model, so
    that their open work could not all be placed.

    `instances` are all pieces of work, `done` the completed ones in the order of time, both of these cases at least.
    """
    closed = cases.closed.astype("boolean").fillna(True).astype(bool)
    open_cases = cases[~closed]
    wanted = set(open_cases.index)
    over = _by_case(done[done.case_id.isin(wanted)])
    pieces = _by_case(instances[instances.case_id.isin(wanted)])
    found, misfits = [], 0
    for id, row in open_cases.sort_values(["first"], kind="stable").iterrows():
        known, fits = _open_case(str(id), row, over.get(str(id)), pieces.get(str(id)), player, offices)
        found.append(known)
        misfits += not fits
    return Present(_seconds(cases["last"].max()), tuple(found)), misfits


def _by_case(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(id): group for id, group in rows.groupby("case_id", sort=False)}


def _open_case(
    id: str,
    case: pd.Series,
    done: pd.DataFrame | None,
    pieces: pd.DataFrame | None,
    player: Player,
    offices: Mapping[str, str],
) -> tuple[OpenCase, bool]:
    trace = () if done is None else tuple(str(activity) for activity in done.activity)
    work = () if pieces is None else _open_work(pieces)
    standing = player.standing(trace, tuple(sorted(each.element for each in work)))
    known = OpenCase(
        arrived=_seconds(case["first"]),
        places=standing.places,
        work=work,
        office=offices.get(id),
        attributes=case["attributes"],
        made=standing.choices,
        visits={} if pieces is None else _visits(pieces),
        doers={} if done is None else _doers(done),
        waited=0.0 if pieces is None else _waited(pieces),
    )
    return known, standing.fits


def _open_work(pieces: pd.DataFrame) -> tuple[OpenWork, ...]:
    left = pieces[pieces.completed.isna() & ~pieces.withdrawn.fillna(False).astype(bool)]
    begun = [_begun(*row) for row in zip(left.activity, left.scheduled, left.started, left.officer, strict=True)]
    return tuple(sorted((each for each in begun if each is not None), key=lambda each: (each.enabled, each.element)))


def _begun(activity: str, scheduled: Any, started: Any, officer: Any) -> OpenWork | None:
    """None where neither is known: then nothing says since when it waits."""
    known = [_seconds(at) for at in (scheduled, started) if not pd.isna(at)]
    if not known:
        return None
    return OpenWork(
        activity,
        min(known),
        None if pd.isna(started) else _seconds(started),
        None if pd.isna(officer) else str(officer),
    )


def _visits(pieces: pd.DataFrame) -> dict[str, int]:
    over = pieces[pieces.completed.notna() | pieces.withdrawn.fillna(False).astype(bool)]
    return {str(name): int(count) for name, count in sorted(over.activity.value_counts().items())}


def _doers(done: pd.DataFrame) -> dict[str, str]:
    known = done[done.officer.notna()]
    return {str(name): str(officer) for name, officer in zip(known.activity, known.officer, strict=True)}


def _waited(pieces: pd.DataFrame) -> float:
    over = pieces[pieces.completed.notna() | pieces.withdrawn.fillna(False).astype(bool)]
    known = over[over.scheduled.notna() & over.started.notna() & over.officer.notna()]
    return float((known.started - known.scheduled).dt.total_seconds().sum())


def _seconds(at: Any) -> float:
    return round(float(at.timestamp()), 6)
