"""From a log and the models that ran to a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bpmn.model import Activity, EventNode, Gateway, GatewayKind, ProcessModel
from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.case_attributes import case_attributes
from mining.errors import EmptyLog, MissingVersion
from mining.naming import by_element, renamed
from mining.scenario import learning, standing
from mining.scenario.calibration import calibrated
from mining.scenario.replay import Player, Replay
from mining.scenario.times import Clock, free_since, is_awaited, is_performed, wait_of, with_enablement, work_of
from mining.simulation.conditions import CaseMix, Observed, Routing, Scenario, Wait, Work
from mining.simulation.present import Present

MOST_CASES_RESAMPLED = 2_000
Models = ProcessModel | Mapping[int | None, ProcessModel]


def learn(
    log: EventLog, model: Models, calendar: WorkingCalendar | None = None, *, seed: int = 0, calibrate: bool = True
) -> Scenario:
    """The scenario of a log: arrivals, case mix, shares of branches, times, staff and unexplained delays.

    `model` is the model that all cases ran on, or one per version. Times of officers are in working time of `calendar`
    (default: that of China). Cases that are still open count for everything but the lead time. With `calibrate` the
    unexplained delays are adjusted until simulated waiting meets the observed (`calibration.py`).
    Raises EmptyLog, MissingVersion and NotCovered.
    """
    calendar = calendar or WorkingCalendar.china()
    models: dict[int | None, ProcessModel] = {None: model} if isinstance(model, ProcessModel) else dict(model)
    record = _recorded(log, models)
    scenario = _scenario(log.name, models, record, calendar)
    newest = models[max(models, key=lambda version: version or 0)]
    return calibrated(newest, scenario, seed=seed) if calibrate else scenario


@dataclass(frozen=True)
class _Record:
    """`instances` are all pieces of work; `done` the completed ones with `enabled` and `free_since`, by case and time."""

    instances: pd.DataFrame
    done: pd.DataFrame
    replays: Mapping[str, Replay]
    players: Mapping[int | None, Player]
    cases: pd.DataFrame  # case_id -> first, last, closed, version, attributes, office


def _recorded(log: EventLog, models: Mapping[int | None, ProcessModel]) -> _Record:
    names = log.events.activity.name("activity").as_table().distinct().to_pandas().activity
    log = renamed(log, by_element(frozenset(names.dropna()), models.values()))
    instances = activity_instances(log).to_pandas()
    if instances.empty:
        raise EmptyLog(log.name)
    for column in ("scheduled", "assigned", "started", "completed"):
        instances[column] = pd.to_datetime(instances[column], utc=True)
    cases = _cases(log)
    withdrawn = instances.withdrawn.fillna(False).astype(bool)
    done = instances[instances.completed.notna() & ~withdrawn]
    done = done.sort_values(["case_id", "completed", "position"], kind="stable").reset_index(drop=True)
    players = {version: Player(model, frozenset(done.activity)) for version, model in models.items()}
    replays = _replays(done, cases, models, players)
    done = with_enablement(done, replays)
    return _Record(instances, done.assign(free_since=free_since(done)), replays, players, cases)


def _cases(log: EventLog) -> pd.DataFrame:
    events = log.events
    spans = events.group_by("case_id").agg(
        first=events["at"].min(), last=events["at"].max(), version=events.version.max(), office=events.office.max()
    )
    cases = spans.left_join(log.cases.select("case_id", "closed"), "case_id").to_pandas()
    for column in ("first", "last"):
        cases[column] = pd.to_datetime(cases[column], utc=True)
    told = case_attributes(log)
    cases["attributes"] = [
        {name: value for name, value in told.get(case, {}).items() if name != "arm"} for case in cases.case_id
    ]
    ordered: pd.DataFrame = cases.sort_values(["first", "case_id"]).set_index("case_id")
    return ordered


def _replays(
    done: pd.DataFrame,
    cases: pd.DataFrame,
    models: Mapping[int | None, ProcessModel],
    players: Mapping[int | None, Player],
) -> dict[str, Replay]:
    known: dict[tuple[int | None, tuple[str, ...]], Replay] = {}
    found: dict[str, Replay] = {}
    for case_id, activities in done.groupby("case_id", sort=False).activity:
        version = _version(cases.version.get(case_id), models)
        key = version, tuple(activities)
        if key not in known:
            known[key] = players[version].replay(key[1])
        found[str(case_id)] = known[key]
    return found


def _version(recorded: Any, models: Mapping[int | None, ProcessModel]) -> int | None:
    version = None if recorded is None or pd.isna(recorded) else int(recorded)
    if version in models:
        return version
    if None in models:
        return None
    raise MissingVersion(version, sorted(v for v in models if v is not None))


def _scenario(
    name: str, models: Mapping[int | None, ProcessModel], record: _Record, calendar: WorkingCalendar
) -> Scenario:
    clock = Clock(calendar)
    cases, done = record.cases, record.done
    rows = list(cases.attributes)
    offices = _case_offices(cases, done)
    telling = learning.telling_attributes(rows)
    replayed = [(record.replays[id].choices, learning.marked(cases.attributes[id], telling)) for id in record.replays]
    number = max(models, key=lambda version: version or 0)
    newest, (now, remarks) = models[number], _present(record, models, number, offices)
    return Scenario(
        procedure=name,
        arrivals=learning.arrivals(cases["first"], calendar),
        work=_work(done, models, clock),
        choices=learning.choices(replayed),
        waits=_waits(record, models, clock),
        officers=learning.officers(record.instances, offices),
        case_mix=_case_mix(cases, offices),
        calendars=(calendar,),
        posts={activity.id: newest.posts(activity.id) for activity in newest.activities},
        routing=_routing(done),
        observed=_observed(cases, record.replays),
        notes=(*_notes(record, done), *remarks),
        present=now if now.cases else None,
    )


def _present(
    record: _Record, models: Mapping[int | None, ProcessModel], newest: int | None, offices: Mapping[str, str]
) -> tuple[Present, tuple[str, ...]]:
    """The open cases of the newest version at the end of the log, and what could not be placed."""
    own = [_version(version, models) == newest for version in record.cases.version]
    found, misfits = standing.present(record.instances, record.done, record.cases[own], record.players[newest], offices)
    closed = record.cases[[not each for each in own]].closed
    others = int((~closed.astype("boolean").fillna(True).astype(bool)).sum())
    notes = []
    if misfits:
        notes.append(f"{misfits} open cases leave the model; they stand where their steps that fit have brought them.")
    if others:
        notes.append(f"{others} open cases of other versions are not part of the office at the start.")
    return found, tuple(notes)


def _work(done: pd.DataFrame, models: Mapping[int | None, ProcessModel], clock: Clock) -> dict[str, Work]:
    performed = {a.id for model in models.values() for a in model.activities if is_performed(model, a.id)}
    groups = done[done.activity.isin(performed)].groupby("activity", sort=True)
    return {str(activity): work_of(rows, clock) for activity, rows in groups}


def _waits(record: _Record, models: Mapping[int | None, ProcessModel], clock: Clock) -> dict[str, Wait]:
    found: dict[str, Wait] = {}
    counts = record.done.activity.value_counts()
    ended = record.instances[record.instances.completed.notna() | record.instances.withdrawn.fillna(False).astype(bool)]
    offered = ended.activity.value_counts()
    for model in models.values():
        for node in model.nodes:
            rows = record.done[record.done.activity == node.id]
            if isinstance(node, Gateway) or rows.empty or not is_awaited(model, node.id):
                continue
            wait = wait_of(node, rows, _reached(model, node, counts, offered), clock)
            if wait is not None:
                found[node.id] = wait
    return found


def _reached(model: ProcessModel, node: EventNode | Activity, done: pd.Series, offered: pd.Series) -> int:
    """How often the event was waited for: with its host, or with its rivals behind an event-based gateway."""
    if isinstance(node, EventNode) and node.attached_to is not None:
        return int(offered.get(node.attached_to, 0))
    if isinstance(node, Activity) and model.boundary_events(node.id):
        return int(offered.get(node.id, 0))
    rivals = {node.id}
    for flow in model.incoming(node.id):
        source = model.node(flow.source)
        if isinstance(source, Gateway) and source.kind is GatewayKind.EVENT_BASED:
            rivals |= {other.target for other in model.outgoing(source.id)}
    return int(sum(done.get(rival, 0) for rival in rivals))


def _case_offices(cases: pd.DataFrame, done: pd.DataFrame) -> dict[str, str]:
    """The office of a case: its own attribute, else the one that did most of its work."""
    worked = done.dropna(subset=["office"]).groupby("case_id").office.agg(lambda column: column.mode().iloc[0])
    offices = {str(id): str(office) for id, office in worked.items()}
    stated = {str(id): str(known["office"]) for id, known in cases.attributes.items() if known.get("office")}
    return {**offices, **stated}


def _case_mix(cases: pd.DataFrame, offices: Mapping[str, str]) -> tuple[CaseMix, ...]:
    every = max(len(cases) // MOST_CASES_RESAMPLED, 1)
    picked = cases.iloc[::every]
    return tuple(CaseMix(offices.get(str(id)), attributes) for id, attributes in picked.attributes.items())


def _routing(done: pd.DataFrame) -> Routing:
    """Pushed where work is assigned as soon as it is enabled although it is begun later."""
    known = done[done.scheduled.notna() & done.assigned.notna() & done.started.notna()]
    later = known[known.started > known.scheduled]
    if later.empty:
        return Routing.PULL
    at_once = (later.assigned - later.scheduled) < (later.started - later.scheduled) / 2
    return Routing.PUSH if at_once.mean() > 0.5 else Routing.PULL


def _observed(cases: pd.DataFrame, replays: Mapping[str, Replay]) -> Observed:
    finished = pd.Series({id: replay.finished for id, replay in replays.items()}, dtype=bool)
    closed = cases.closed.astype("boolean").fillna(finished.reindex(cases.index).fillna(False).astype("boolean"))
    ended = cases[closed.astype(bool)] if closed.any() else cases
    lead = (ended["last"] - ended["first"]).dt.total_seconds()
    moments = tuple(round(float(at.timestamp()), 3) for at in cases["first"].sort_values())
    return Observed(len(ended), float(lead.mean()), float(lead.median()), moments)


def _notes(record: _Record, done: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    misfit = sum(1 for replay in record.replays.values() if replay.skipped)
    if misfit:
        share = misfit / len(record.replays)
        notes.append(f"{misfit} cases ({share:.1%}) leave the model; the steps that do not fit were passed over.")
    unstarted = sorted(
        done[done.officer.notna()]
        .groupby("activity")
        .started.apply(lambda c: c.isna().all())
        .pipe(lambda s: s[s].index)
    )
    if unstarted:
        notes.append(f"Only completions are known of {', '.join(unstarted)}: their officers' capacity is not modelled.")
    return tuple(notes)
