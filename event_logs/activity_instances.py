"""Activity instances: the events of one piece of work paired into one row of when it was scheduled, started and completed."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import ibis
from ibis import _

from event_logs.log import EventLog

ACTIVITY_INSTANCES = ibis.schema(
    {
        "case_id": "string",
        "activity": "string",
        "instance": "string",
        "officer": "string",
        "post": "string",
        "office": "string",
        "version": "int64",
        "position": "int64",  # of the completion or withdrawal, else of the start, else of what else is known
        "scheduled": "timestamp('UTC', 6)",
        "assigned": "timestamp('UTC', 6)",  # when it was last given to an officer
        "started": "timestamp('UTC', 6)",
        "completed": "timestamp('UTC', 6)",
        "suspended_us": "int64",
        "withdrawn": "boolean",
    }
)
_OWN = ("schedule", "assign", "reassign", "start", "suspend", "resume", "withdraw", "migrate")
_ABANDONED = ("ate_abort", "pi_abort", "autoskip", "manualskip")
TOLD = frozenset({*_OWN, *_ABANDONED})  # the lifecycles that make a difference; all others are completions
_PIECE = ["case_id", "activity", "key"]
_ORDER = ["at", "position"]
_ENDS = ("complete", "withdraw")
_GIVEN = {"scheduled": ("schedule",), "assigned": ("assign", "reassign")}


def activity_instances(log: EventLog) -> ibis.Table:
    """A lazy table with the columns ACTIVITY_INSTANCES, one row a piece of work; times are null where the log does not tell them.

    Events with an `instance` belong together by it, and by case and activity; work on it after its completion is a new row. Those
    without are paired within case, activity and officer, first started, first completed; a completion with no start before it
    stands alone. Schedules and assignments without an instance go to the work that next begins on that activity of the case.
    Transitions that are none of ours (the statuses of some logs) count as completions. Work that was withdrawn is flagged and has
    no completion; work that is open has none either. Sorted by case and position.
    """
    kept = log.kept_performed()
    if kept is not None:
        return _sorted(kept)
    return _sorted(instances_of(log.events, _transitions(log), instances=_has_instances(log)))


def instances_of(events: ibis.Table, transitions: Set[str | None], *, instances: bool) -> ibis.Table:
    """The same in any order, from events that are known to have these lifecycles, and an `instance` or none."""
    found = frozenset(word for word in transitions if word in TOLD)
    events = events.mutate(kind=_kind(events.lifecycle))
    if not found and not instances:
        return _completions(events)
    named = _by_instance(events.filter(_.instance.notnull()))
    nameless = _by_order(events.filter(_.instance.isnull()), found)
    return named.union(nameless)


def has_starts(log: EventLog) -> bool:
    """Whether the log tells when work was begun, so that waiting and processing can be told apart."""
    return "start" in _transitions(log)


def _transitions(log: EventLog) -> set[str]:
    return set(log.events.select("lifecycle").distinct().lifecycle.execute())


def _has_instances(log: EventLog) -> bool:
    return bool(log.events.instance.notnull().any().fill_null(False).execute())


def _kind(lifecycle: Any) -> Any:
    return ibis.cases(
        (lifecycle.isin(_OWN), lifecycle),
        (lifecycle.isin(_ABANDONED), "withdraw"),
        else_="complete",
    )


def _completions(events: ibis.Table) -> ibis.Table:
    """Nothing but completions: every event is a row of its own."""
    never = ibis.null("timestamp('UTC', 6)")
    return events.select(
        "case_id",
        "activity",
        "instance",
        "officer",
        "post",
        "office",
        "version",
        "position",
        scheduled=never,
        assigned=never,
        started=never,
        completed=_.at,
        suspended_us=ibis.literal(0, "int64"),
        withdrawn=ibis.literal(False),
    )


def _by_instance(events: ibis.Table) -> ibis.Table:
    so_far = ibis.cumulative_window(group_by=["case_id", "activity", "instance"], order_by=_ORDER)
    ends = events.mutate(ends=_.kind.isin(_ENDS).cast("int64"))
    # How often it had ended before this event: re-opened work is a piece of its own.
    rounds = ends.mutate(round=_.ends.sum().over(so_far) - _.ends)
    keyed = rounds.mutate(key=_.instance + "/" + _.round.cast("string"))
    return _pieces(keyed).select(*ACTIVITY_INSTANCES.names)


def _by_order(events: ibis.Table, found: Set[str]) -> ibis.Table:
    keyed = _paired(events)
    work = _pieces(keyed.filter(_.kind.isin(["start", "suspend", "resume", *_ENDS]))).filter(_.began.notnull())
    for column, kinds in _GIVEN.items():
        if found & set(kinds):
            work = _queued(work, events.filter(_.kind.isin(kinds)), column)
    if "schedule" in found:
        work = work.union(_never_begun(work, events.filter(_.kind == "schedule")))
    return work.select(*ACTIVITY_INSTANCES.names)


def _paired(events: ibis.Table) -> ibis.Table:
    """Give each start, and the end that belongs to it, one key."""
    by = ["case_id", "activity", "who"]
    steps = events.mutate(
        who=_.officer.fill_null(""),
        gives=(_.kind == "start").cast("int64"),
        takes=_.kind.isin(_ENDS).cast("int64"),
    )
    key = ibis.cases(
        (_.alone, _.position.cast("string") + "="),
        (_.takes == 1, _.who + "/" + _.taken.cast("string")),
        else_=_.who + "/" + _.given.cast("string"),
    )
    return _first_in_first_out(steps, by).mutate(key=key)


def _first_in_first_out(steps: ibis.Table, by: list[str]) -> ibis.Table:
    """Number what is given and what takes it, in order of time: the n-th `taken` takes the n-th `given`; `alone` takes nothing.

    The running balance of gives and takes falls below all it was before exactly at a take for which nothing was there.
    """
    so_far = ibis.cumulative_window(group_by=by, order_by=_ORDER)
    balance = steps.mutate(balance=(_.gives - _.takes).sum().over(so_far))
    lowest = balance.mutate(lowest=ibis.least(_.balance.min().over(so_far), 0))
    before = lowest.mutate(before=_.lowest.lag(default=0).over(ibis.window(group_by=by, order_by=_ORDER)))
    told = before.mutate(alone=(_.takes == 1) & (_.balance < _.before))
    served = _.takes * (1 - _.alone.cast("int64"))
    return told.mutate(given=_.gives.sum().over(so_far), taken=served.sum().over(so_far))


def _pieces(keyed: ibis.Table) -> ibis.Table:
    """One row for each key, from all its events; `began` and `first` are the time and position of its start, or of its end."""
    spans = keyed.mutate(halts=_.kind.isin(["suspend", "resume", *_ENDS]))
    until = ibis.window(group_by=[*_PIECE, "halts"], order_by=_ORDER)
    spans = spans.mutate(until=_.at.lead().over(until))
    spans = spans.mutate(
        paused=ibis.ifelse((_.kind == "suspend") & _.until.notnull(), _.until.delta(_.at, unit="microsecond"), 0),
        performs=_.kind.isin(["assign", "reassign", "start", "complete"]),
        works=_.kind.isin(["start", *_ENDS]),
    )
    return spans.group_by(_PIECE).agg(
        instance=_.instance.min(),
        officer=_latest(_.officer),
        post=_latest(_.post),
        office=_latest(_.office),
        version=_.version.max(),
        position=ibis.coalesce(
            _.position.max(where=_.kind.isin(_ENDS)), _.position.min(where=_.kind == "start"), _.position.max()
        ),
        scheduled=_.at.min(where=_.kind == "schedule"),
        assigned=_.at.max(where=_.kind.isin(["assign", "reassign"])),
        started=_.at.min(where=_.kind == "start"),
        completed=_.at.max(where=_.kind == "complete"),
        suspended_us=_.paused.sum().cast("int64"),
        withdrawn=(_.kind == "withdraw").any(),
        began=_.at.argmin(_.position, where=_.works),
        first=_.position.min(where=_.works),
    )


def _latest(column: Any) -> Any:
    """Its last value among the events that tell who does the work; who scheduled, suspended or withdrew it may be another."""
    known = column.argmax(_.position, where=column.notnull() & _.performs)
    return ibis.coalesce(known, column.argmax(_.position, where=column.notnull()))


def _queue(work: ibis.Table, given: ibis.Table) -> ibis.Table:
    """Who takes what: the given events and the beginnings of work on the same activity of the same case, numbered."""
    beginnings = work.select("case_id", "activity", at=_.began, position=_.first, gives=0, takes=1)
    gifts = given.select("case_id", "activity", "at", "position", gives=1, takes=0)
    stream = beginnings.union(gifts).mutate(gives=_.gives.cast("int64"), takes=_.takes.cast("int64"))
    return _first_in_first_out(stream, ["case_id", "activity"])


def _queued(work: ibis.Table, given: ibis.Table, column: str) -> ibis.Table:
    """The work with the time of the given event that each took."""
    queue = _queue(work, given)
    gifts = queue.filter(_.gives == 1).select("case_id", "activity", number=_.given, when=_.at)
    takers = queue.filter((_.takes == 1) & ~_.alone).select("case_id", "activity", first=_.position, number=_.taken)
    told = takers.join(gifts, ["case_id", "activity", "number"]).select("first", "when")
    return work.left_join(told, "first").drop("first_right").mutate(**{column: _.when}).drop("when")


def _never_begun(work: ibis.Table, schedules: ibis.Table) -> ibis.Table:
    """Schedules that no work took: open pieces of which nothing else is known."""
    queue = _queue(work, schedules)
    takes = ibis.window(group_by=["case_id", "activity"])
    served = queue.mutate(served=_.taken.max().over(takes))
    waiting = served.filter((_.gives == 1) & (_.given > _.served)).select("position")
    bare = schedules.semi_join(waiting, "position").mutate(key=_.position.cast("string") + "?")
    return _pieces(bare).select(*work.columns)


def _sorted(pieces: ibis.Table) -> ibis.Table:
    return pieces.select(*ACTIVITY_INSTANCES.names).cast(ACTIVITY_INSTANCES).order_by("case_id", "position")
