"""The choices that cases made at gateways, each with what was known when it was made and nothing from later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import pandas as pd

from bpmn.errors import NotCovered
from bpmn.model import Gateway, GatewayKind, ProcessModel
from event_logs.log import EventLog
from mining.case_attributes import read_attributes
from mining.naming import by_element, renamed
from mining.reading import Models
from mining.scenario.replay import START_OF_CASE, Player, Replay
from mining.steps import NOT_DONE

Known: TypeAlias = Mapping[str, Any]  # variable → str, bool, Decimal, or what FEEL else knows
BY_DATA = (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE)
MOST_CASES = 20_000  # of a log; of more, every n-th is replayed


@dataclass(frozen=True)
class Decision:
    """One case at one gateway: the flows it took (`+` between several), and the variables as they stood then.

    `undated` is what the row of the case says, of which a log does not say since when it was known.
    """

    case: str
    version: int | None
    gateway: str
    outcome: str
    known: Known
    undated: Known = field(default_factory=dict)


@dataclass(frozen=True)
class Decisions:
    """In the order in which the cases arrived; `fitting` cases could be replayed step by step, `misfitting` ones are left out."""

    made: tuple[Decision, ...]
    fitting: int
    misfitting: int


def decisions(log: EventLog, models: Models) -> Decisions:
    """Every choice at an exclusive or inclusive gateway, by replay on the model of the version of the case.

    A choice is made as soon as the step is done that brings the case to the gateway, even where a branch beside it is worked
    on later: the variables are those that the events up to that step have written, the last write of each winning. Attributes
    of a case's row are kept apart (`undated`). Of open cases only what recorded steps have shown is a choice.
    """
    activities = [str(name) for name in log.events.select("activity").distinct().to_pandas()["activity"].dropna()]
    log = renamed(log, by_element(activities, models.values()))
    players: dict[int | None, Player | None] = {}
    made: list[Decision] = []
    fitting = misfitting = 0
    for case, rows, over, row_of_case in _cases(log):
        version = _version(rows, models)
        if version not in players:
            players[version] = _player(models, version, frozenset(activities))
        player = players[version]
        if player is None:
            continue
        done = [row for row in rows if row.is_step]
        replay = player.replay(tuple(row.activity for row in done))
        fitting, misfitting = fitting + (not replay.skipped), misfitting + bool(replay.skipped)
        if not replay.skipped:
            made += _of_case(case, version, player.model, replay, rows, over, _variables(row_of_case))
    return Decisions(tuple(made), fitting, misfitting)


@dataclass(frozen=True, slots=True)
class _Row:
    activity: str
    is_step: bool
    version: int | None
    attributes: str | None


def _cases(log: EventLog) -> Iterator[tuple[str, list[_Row], bool, str | None]]:
    """Cases by arrival with their events in order, whether they are over, and the attributes of their rows."""
    events = log.events
    frame = events.select("case_id", "activity", "lifecycle", "at", "position", "version", "attributes").to_pandas()
    frame = frame.sort_values(["case_id", "at", "position"], kind="stable")
    arrival = frame.groupby("case_id")["at"].min().sort_values(kind="stable")
    chosen = list(arrival.index)[:: max(-(-len(arrival) // MOST_CASES), 1)]
    told = log.cases.select("case_id", "closed", "attributes").to_pandas().itertuples(index=False)
    of_case = {case: (closed, attributes) for case, closed, attributes in told}
    step = ~frame["lifecycle"].fillna("complete").str.lower().isin(NOT_DONE)
    by_case = dict(iter(frame.assign(step=step).groupby("case_id")))
    for case in chosen:
        rows = by_case[case]
        events_of = zip(rows["activity"], rows["step"], rows["version"], rows["attributes"], strict=True)
        listed = [_Row(str(a), bool(s), None if pd.isna(v) else int(v), t) for a, s, v, t in events_of]
        closed, attributes = of_case.get(case, (None, None))
        yield str(case), listed, closed is None or bool(pd.isna(closed)) or bool(closed), attributes


def _version(rows: list[_Row], models: Models) -> int | None:
    """The version of all its events, None where they are of several or it has no model of its own."""
    versions = {row.version for row in rows if row.version is not None}
    return versions.pop() if len(versions) == 1 and versions <= set(models) else None


def _player(models: Models, version: int | None, recorded: frozenset[str]) -> Player | None:
    model = models.get(version, models.get(None))
    try:
        return None if model is None else Player(model, recorded)
    except NotCovered:
        return None


def _of_case(
    case: str,
    version: int | None,
    model: ProcessModel,
    replay: Replay,
    rows: list[_Row],
    over: bool,
    undated: Known,
) -> Iterator[Decision]:
    shown = len(replay.choices) - (0 if over else replay.closing)
    wanted = [
        (node, outcome, replay.reached[n])
        for n, (node, outcome) in enumerate(replay.choices[:shown])
        if isinstance(gateway := model.node(node), Gateway) and gateway.kind in BY_DATA
    ]
    known = _after_steps(rows, {step for _, _, step in wanted})
    for node, outcome, step in wanted:
        yield Decision(case, version, node, outcome, known[step], undated)


def _after_steps(rows: list[_Row], wanted: set[int]) -> dict[int, Known]:
    """What was known once each of those steps was done."""
    found: dict[int, Known] = {START_OF_CASE: {}}
    values: dict[str, Any] = {}
    step = START_OF_CASE
    for number, row in enumerate(rows):
        if row.is_step or number == 0:
            values.update(_variables(row.attributes))
        if row.is_step:
            step += 1
            if step in wanted:
                found[step] = dict(values)
    return found


@lru_cache(maxsize=50_000)
def _variables(text: str | None) -> dict[str, Any]:
    return {name: as_feel(value) for name, value in read_attributes(text).items() if name.isidentifier()}


def as_feel(value: Any) -> Any:
    """A recorded value as FEEL has it: numbers are decimals; None for what tables here do not test."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, str | bool | Decimal | date) else None
    return Decimal(str(value))
