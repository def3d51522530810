"""Redesigns that the facts suggest: rules over a log that give changes of the drawing, each with its evidence.

The rules follow heuristics of Reijers and Liman Mansar (Omega 33, 2005): parallelism, task elimination, task automation and
flexible assignment. A rule only proposes what `bpmn.changes.apply` lets pass, and says what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from bpmn.changes import Automate, Change, ChangeRefused, Drop, HandOver, Materials, Parallelise, apply
from bpmn.model import Activity, ActivityKind, ProcessModel
from bpmn.procedure import Procedure
from event_logs import typed_json
from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import Diagnosis
from mining.findings import ENOUGH, Kind
from mining.scenario.times import Clock
from mining.simulation import Scenario

ALWAYS = 0.03  # an outcome other than the passing one is rarer than this, with 95 % confidence
SURE = 300  # cases from which on "almost always" is said without reserve
COVERED = 0.3  # share of the cases that a rule must decide to be worth having
CONTENDED = 0.15  # share of all waiting for officers
IDLE = 0.15  # by how much the officers of another post must be less busy
NOTICEABLE = 0.01  # of the mean working lead time: less is not worth a redesign
PEOPLE = (ActivityKind.USER, ActivityKind.MANUAL, ActivityKind.TASK)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A redesign: the changes, the model after them, and why.

    `code` names the sentence of the reason for translation and `evidence` fills it. `gain` is a bound of what each case
    can save on average, in seconds of working time; what it will save, the simulation says. `shares` are what a simulation
    must assume of branches that no log knows yet.
    """

    key: str
    kind: str
    changes: tuple[Change, ...]
    code: str
    evidence: Mapping[str, Any]
    gain: float
    model: ProcessModel
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return REASONS[self.code].format(**self.evidence)

    def scenario(self, learnt: Scenario) -> Scenario:
        """The learnt scenario with what the proposal states about its new branches."""
        return learnt.assuming(choices=self.shares)


REASONS: Mapping[str, str] = {
    "parallelise": (
        "{activities} follow one another in {cases} cases and need nothing of each other's data; "
        "the shorter of them takes {hours:.1f} working hours per case on average."
    ),
    "drop": (
        "{activity} let {passed} of {cases} cases pass; that it holds one back is rarer than {bound:.1%} "
        "(95 % confidence), and nothing later needs what it finds out. It takes {hours:.1f} working hours per case."
    ),
    "drop_few": (
        "{activity} let {passed} of {cases} cases pass, too few to be sure: it may hold back up to {bound:.1%} (95 % "
        "confidence). Nothing later needs what it finds out. It takes {hours:.1f} working hours per case."
    ),
    "automate": (
        "Where {condition}, {activity} let {passed} of {cases} cases pass; that it holds one back is rarer than {bound:.1%} "
        "(95 % confidence). That is {covered:.0%} of its cases, at {hours:.1f} working hours each."
    ),
    "hand_over": (
        "Before {activity} cases wait {hours:.1f} working hours on average, {share:.0%} of all waiting for officers. "
        "Its {officers} officers are busy {busy:.0%} of their hours with this procedure, the {others} of {post} only {idle:.0%}."
    ),
}


@dataclass(frozen=True)
class Facts:
    """What the rules look at. `work` has a row for each completed piece of work of officers: case_id, activity, officer,
    post, waiting and processing in working seconds, outcome; `cases` the attributes of each case."""

    model: ProcessModel
    materials: Materials
    work: pd.DataFrame
    cases: Mapping[str, Mapping[str, Any]]
    lead: float  # mean working seconds
    hours: float  # working seconds of the whole log
    ranks: Mapping[str, int] = field(default_factory=dict)

    def changed(self, *changes: Change) -> ProcessModel | None:
        try:
            return apply(self.model, *changes, materials=self.materials)
        except ChangeRefused:
            return None

    def of(self, activity: str) -> pd.DataFrame:
        return self.work[self.work.activity == activity]

    def noticeable(self, gain: float) -> bool:
        return gain >= NOTICEABLE * self.lead

    def name(self, activity: str) -> str:
        return f"“{self.model.label(activity, 'en')}”"

    @property
    def people(self) -> Iterator[Activity]:
        return (a for a in self.model.activities if a.kind in PEOPLE)


def propose(
    diagnosis: Diagnosis | None,
    log: EventLog,
    procedure: Procedure | ProcessModel,
    *,
    calendar: WorkingCalendar | None = None,
) -> list[Proposal]:
    """What the rules find, the largest possible gain first. The diagnosis lends its ranks to the evidence.

    Of a bare model forms and decisions are unknown, so activities that use them are left as they are.
    """
    facts = _facts(diagnosis, log, procedure, calendar or WorkingCalendar.china())
    found = [proposal for rule in RULES.values() for proposal in rule(facts)]
    return sorted(found, key=lambda proposal: (-proposal.gain, proposal.key))


# --- facts -----------------------------------------------------------------------------------------------------------


def _facts(
    diagnosis: Diagnosis | None, log: EventLog, procedure: Procedure | ProcessModel, calendar: WorkingCalendar
) -> Facts:
    model = procedure if isinstance(procedure, ProcessModel) else procedure.model
    materials = Materials() if isinstance(procedure, ProcessModel) else Materials(procedure.forms, procedure.decisions)
    clock = Clock(calendar)
    spans = log.events.group_by("case_id").agg(first=log.events["at"].min(), last=log.events["at"].max()).to_pandas()
    first, last = (pd.to_datetime(spans[column], utc=True) for column in ("first", "last"))
    whole = pd.Series([first.min()]), pd.Series([last.max()])
    ranks = {f.subject[0]: f.rank for f in diagnosis.findings(Kind.WAITING_ACTIVITY)} if diagnosis is not None else {}
    return Facts(
        model=model,
        materials=materials,
        work=_work(log, clock),
        cases=_case_attributes(log),
        lead=float(np.mean(clock.working(first, last))),
        hours=float(clock.working(*whole)[0]),
        ranks=ranks,
    )


def _work(log: EventLog, clock: Clock) -> pd.DataFrame:
    pieces = activity_instances(log)
    known = pieces.filter(pieces.completed.notnull() & pieces.started.notnull() & pieces.officer.notnull())
    work = known.filter(~known.withdrawn.fill_null(False)).to_pandas()
    for column in ("scheduled", "started", "completed"):
        work[column] = pd.to_datetime(work[column], utc=True)
    work = work.assign(
        waiting=np.nan_to_num(clock.working(work.scheduled.fillna(work.started), work.started)),
        processing=clock.working(work.started, work.completed),
    )
    merged: pd.DataFrame = work.merge(_outcomes(log), how="left", on=["case_id", "activity", "instance"])
    return merged


def _outcomes(log: EventLog) -> pd.DataFrame:
    """The field `<activity>_outcome` of the answers with which a piece of work was completed."""
    events = log.events
    answered = events.filter(
        (events.lifecycle == "complete") & events.instance.notnull() & events.attributes.contains("_outcome")
    )
    frame = answered.select("case_id", "activity", "instance", "attributes").to_pandas()
    read = [typed_json.loads(text) for text in frame.attributes]
    values = [answers.get(f"{activity}_outcome") for activity, answers in zip(frame.activity, read, strict=True)]
    frame = frame.assign(outcome=pd.Series(values, index=frame.index, dtype=object)).drop(columns="attributes")
    last: pd.DataFrame = frame.drop_duplicates(["case_id", "activity", "instance"], keep="last")
    return last


def _case_attributes(log: EventLog) -> dict[str, Mapping[str, Any]]:
    events = log.events.filter(log.events.attributes.notnull())
    opening = events.group_by("case_id").agg(attributes=events.attributes.argmin(events.position)).to_pandas()
    return {
        str(id): typed_json.loads(text) if text else {}
        for id, text in zip(opening.case_id, opening.attributes, strict=True)
    }


# --- rules -----------------------------------------------------------------------------------------------------------


def side_by_side(facts: Facts) -> Iterator[Proposal]:
    """Steps of people that follow one another, each costs lead time, and neither needs what the other finds out."""
    for chain in _rows(facts.model):
        for length in range(len(chain), 1, -1):
            windows = [chain[n : n + length] for n in range(len(chain) - length + 1)]
            found = [p for window in windows if (p := _parallel(facts, window)) is not None]
            if found:
                yield from found
                break


def _rows(model: ProcessModel) -> list[tuple[str, ...]]:
    """The longest rows of activities of people, each the only way from one to the next."""
    follows = {}
    for one in (a for a in model.activities if a.kind in PEOPLE):
        flows = model.outgoing(one.id)
        target = model.node(flows[0].target) if len(flows) == 1 else None
        alone = isinstance(target, Activity) and target.kind in PEOPLE and len(model.incoming(target.id)) == 1
        if target is not None and alone:
            follows[one.id] = target.id
    rows = []
    for first in follows:
        if first not in follows.values():
            row = [first]
            while row[-1] in follows and follows[row[-1]] not in row:
                row.append(follows[row[-1]])
            rows.append(tuple(row))
    return rows


def _parallel(facts: Facts, activities: tuple[str, ...]) -> Proposal | None:
    change = Parallelise(activities)
    model = facts.changed(change)
    times = [
        facts.of(a).assign(time=lambda w: w.waiting + w.processing).groupby("case_id").time.sum() for a in activities
    ]
    together = pd.concat(times, axis=1, join="inner")
    if model is None or len(together) < ENOUGH:
        return None
    saved = float((together.sum(axis=1) - together.max(axis=1)).mean()) * len(together) / max(len(facts.cases), 1)
    if not facts.noticeable(saved):
        return None
    return Proposal(
        key="parallelise:" + "+".join(activities),
        kind="parallelise",
        changes=(change,),
        code="parallelise",
        evidence={
            "activities": " and ".join(map(facts.name, activities)),
            "cases": len(together),
            "hours": float((together.sum(axis=1) - together.max(axis=1)).mean()) / 3600,
            "elements": list(activities),
        },
        gain=saved,
        model=model,
    )


@dataclass(frozen=True)
class _Passing:
    """How often an activity let pass; `bound` is the upper bound of the opposite (Clopper and Pearson, 1934)."""

    outcome: str
    cases: int
    passed: int

    @property
    def bound(self) -> float:
        failed = self.cases - self.passed
        return 1.0 if failed >= self.cases else float(stats.beta.ppf(0.95, failed + 1, self.cases - failed))


def _passing(facts: Facts, rows: pd.DataFrame, activity: str) -> _Passing | None:
    """Against the first option of the outcome field, or the most frequent outcome where the form is not known."""
    known = rows.outcome.dropna()
    if known.empty:
        return None
    options = _options(facts, activity)
    passing = options[0] if options else str(known.mode().iloc[0])
    return _Passing(passing, len(known), int((known == passing).sum()))


def _options(facts: Facts, activity: str) -> list[str]:
    form = facts.materials.forms.get(facts.model.activity(activity).form or "")
    schema = form if isinstance(form, Mapping) else getattr(form, "schema", None)
    for component in (schema or {}).get("components", ()):
        if component.get("key") == f"{activity}_outcome":
            return [str(option["value"]) for option in component.get("values", ())]
    return []


def not_needed(facts: Facts) -> Iterator[Proposal]:
    """A step that lets nearly every case pass and of which nothing later needs anything: drop it; or, where it cannot be
    dropped, let a rule decide the cases that it always lets pass."""
    for activity in facts.people:
        rows = facts.of(activity.id)
        passing = _passing(facts, rows, activity.id)
        if passing is None or passing.cases < ENOUGH:
            continue
        proposal = _dropped(facts, activity, rows, passing) if passing.bound <= ALWAYS or _few(passing) else None
        proposal = proposal or _automated(facts, activity, rows, passing.outcome)
        if proposal is not None:
            yield proposal


def _few(passing: _Passing) -> bool:
    """Every single case passed, but they are too few to be sure."""
    return passing.cases < SURE and passing.passed == passing.cases


def _dropped(facts: Facts, activity: Activity, rows: pd.DataFrame, passing: _Passing) -> Proposal | None:
    change = Drop(activity.id, passing.outcome)
    model = facts.changed(change)
    hours = float((rows.waiting + rows.processing).mean()) / 3600
    gain = float((rows.waiting + rows.processing).sum()) / max(len(facts.cases), 1)
    if model is None or not facts.noticeable(gain):
        return None
    return Proposal(
        key=f"drop:{activity.id}",
        kind="drop",
        changes=(change,),
        code="drop" if passing.cases >= SURE else "drop_few",
        evidence=_passing_evidence(facts, activity.id, passing, hours),
        gain=gain,
        model=model,
    )


def _passing_evidence(facts: Facts, activity: str, passing: _Passing, hours: float) -> dict[str, Any]:
    return {
        "activity": facts.name(activity),
        "element": activity,
        "cases": passing.cases,
        "passed": passing.passed,
        "bound": passing.bound,
        "hours": hours,
        "rank": facts.ranks.get(activity),
    }


def _automated(facts: Facts, activity: Activity, rows: pd.DataFrame, outcome: str) -> Proposal | None:
    """The best rule on one attribute of the case that covers enough and is as sure."""
    known = rows[rows.outcome.notna() & rows.case_id.isin(list(facts.cases))]
    rules = [rule for name in _attributes(facts) for rule in _rule(facts, known, name, outcome)]
    rules = [rule for rule in rules if rule[1].cases >= COVERED * len(known) and rule[1].bound <= ALWAYS]
    for condition, passing in sorted(rules, key=lambda rule: (-rule[1].cases, rule[0])):
        change = Automate(activity.id, condition, outcome)
        model = facts.changed(change)
        covered = passing.cases / len(known)
        hours = float((rows.waiting + rows.processing).mean()) / 3600
        gain = covered * float((rows.waiting + rows.processing).sum()) / max(len(facts.cases), 1)
        if model is None or passing.cases < SURE or not facts.noticeable(gain):
            continue
        evidence = {**_passing_evidence(facts, activity.id, passing, hours), "condition": condition, "covered": covered}
        return Proposal(
            key=f"automate:{activity.id}",
            kind="automate",
            changes=(change,),
            code="automate",
            evidence=evidence,
            gain=gain,
            model=model,
            shares=_shares(model, activity.id, covered),
        )
    return None


def _shares(model: ProcessModel, activity: str, covered: float) -> dict[str, dict[str, float]]:
    """Of the gateway that `Automate` adds: how many cases go the automatic way."""
    manual = next(f for f in model.incoming(activity) if model.node(f.source).id.startswith(f"{activity}_triage"))
    ways = {flow.id: covered for flow in model.outgoing(manual.source) if flow.id != manual.id}
    return {manual.source: {**ways, manual.id: 1 - covered}}


def _attributes(facts: Facts) -> list[str]:
    names = {name for attributes in facts.cases.values() for name in attributes}
    return sorted(name for name in names if name.isidentifier() and name not in ("arm", "office", "taxpayer_id"))


def _rule(facts: Facts, rows: pd.DataFrame, name: str, outcome: str) -> list[tuple[str, _Passing]]:
    values: list[Any] = [facts.cases[id].get(name) for id in rows.case_id]
    passes = (rows.outcome == outcome).to_numpy()
    kinds = {type(value) for value in values}
    if kinds <= {int, float, Decimal} and kinds:
        return _threshold(name, np.array([float(v) for v in values]), passes, outcome)
    if kinds <= {str} or kinds <= {bool}:
        return _kinds(name, values, passes, outcome)
    return []


def _threshold(name: str, values: Any, passes: Any, outcome: str) -> list[tuple[str, _Passing]]:
    """The largest bound below which the rule is sure, among the deciles, rounded to two digits."""
    found = []
    for bound in np.unique([float(f"{q:.2g}") for q in np.quantile(values, np.arange(0.3, 1.0, 0.1))]):
        inside = values <= bound
        found.append((f"{name} <= {bound:.10g}", _Passing(outcome, int(inside.sum()), int(passes[inside].sum()))))
    return found


def _kinds(name: str, values: list[Any], passes: Any, outcome: str) -> list[tuple[str, _Passing]]:
    """Each value on its own, and all those together that on their own are sure."""
    found, sure = [], []
    for value in sorted(set(values), key=str):
        inside = np.array([each == value for each in values])
        passing = _Passing(outcome, int(inside.sum()), int(passes[inside].sum()))
        found.append((f"{name} = {_literal(value)}", passing))
        if passing.bound <= ALWAYS:
            sure.append(value)
    if len(sure) > 1 and len(sure) <= 5:
        inside = np.array([each in sure for each in values])
        condition = f"{name} in ({', '.join(map(_literal, sure))})"
        found.append((condition, _Passing(outcome, int(inside.sum()), int(passes[inside].sum()))))
    return found


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return f'date("{value.isoformat()}")'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def idle_hands(facts: Facts) -> Iterator[Proposal]:
    """Work that waits for busy officers, while those of another post of the procedure have time."""
    total = float(facts.work.waiting.sum())
    if not total or facts.hours <= 0:
        return
    for activity in facts.people:
        rows = facts.of(activity.id)
        share = float(rows.waiting.sum()) / total
        if len(rows) >= ENOUGH and share >= CONTENDED:
            proposal = _handed_over(facts, activity, rows, share)
            if proposal is not None:
                yield proposal


def _handed_over(facts: Facts, activity: Activity, rows: pd.DataFrame, share: float) -> Proposal | None:
    own = list(rows.officer.unique())
    busy = _busy(facts, own)
    for post, others in _other_posts(facts, activity, own):
        idle = _busy(facts, others)
        change = HandOver(activity.id, (*facts.model.posts(activity.id), post))
        model = facts.changed(change) if idle <= busy - IDLE else None
        gain = float(rows.waiting.sum()) / max(len(facts.cases), 1)
        if model is not None and facts.noticeable(gain):
            evidence = {
                "activity": facts.name(activity.id),
                "element": activity.id,
                "hours": float(rows.waiting.mean()) / 3600,
                "share": share,
                "officers": len(own),
                "busy": busy,
                "others": len(others),
                "post": post,
                "idle": idle,
                "cases": int(rows.case_id.nunique()),
                "rank": facts.ranks.get(activity.id),
            }
            return Proposal(
                key=f"hand_over:{activity.id}:{post}",
                kind="hand_over",
                changes=(change,),
                code="hand_over",
                evidence=evidence,
                gain=gain,
                model=model,
            )
    return None


def _busy(facts: Facts, officers: list[str]) -> float:
    """Processing within office hours over office hours, of these officers together, as far as this log shows."""
    worked = float(facts.work[facts.work.officer.isin(officers)].processing.sum())
    return worked / (facts.hours * len(officers)) if officers else 0.0


def _other_posts(facts: Facts, activity: Activity, own: list[str]) -> list[tuple[str, list[str]]]:
    """Posts of the procedure that could help: first those of neighbouring steps, then the least busy. Not those that
    control this very step, and only where two people hold the post, so that four eyes remain."""
    model = facts.model
    controllers = {post for a in model.activities if activity.id in a.four_eyes for post in model.posts(a.id)}
    holders = facts.work.dropna(subset=["post"]).groupby("post").officer.unique()
    beside = {post for a in _neighbours(model, activity.id) for post in model.posts(a)}
    posts = {post for a in facts.people for post in model.posts(a.id)} - set(model.posts(activity.id)) - controllers
    found = [(post, sorted(set(holders.get(post, ())) - set(own))) for post in sorted(posts)]
    found = [(post, others) for post, others in found if len(others) >= 2]
    return sorted(found, key=lambda pair: (pair[0] not in beside, _busy(facts, pair[1]), pair[0]))


def _neighbours(model: ProcessModel, activity: str) -> set[str]:
    """The steps of people directly before and after, seen past gateways and events."""
    found: set[str] = set()
    for onward in (True, False):
        seen, waiting = {activity}, [activity]
        while waiting:
            here = waiting.pop()
            flows = model.outgoing(here) if onward else model.incoming(here)
            for next_ in ((f.target if onward else f.source) for f in flows):
                node = model.node(next_)
                if isinstance(node, Activity) and node.kind in PEOPLE:
                    found.add(next_)
                elif next_ not in seen:
                    seen.add(next_)
                    waiting.append(next_)
    return found - {activity}


RULES: Mapping[str, Callable[[Facts], Iterator[Proposal]]] = {
    "side_by_side": side_by_side,
    "not_needed": not_needed,
    "idle_hands": idle_hands,
}
