"""Repairs: what a person accepts is applied whenever the log is read; the facts on file stay as they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import ibis
from ibis import _

from event_logs.log import EventLog
from event_logs.quality.defects import Defects

RENAMES = {"label_clean": "polluted", "label_spelled": "distorted", "one_name": "synonymous"}
ONCE = "told_once"


@dataclass(frozen=True)
class Repair:
    """For the rule `label_clean`, `label_spelled` or `one_name`: labels and the activities that they mean. For `told_once`, which
    needs no names: of events that say the same of one case at one instant, the first counts.
    """

    rule: str
    names: Mapping[str, str] = field(default_factory=dict)


def proposals(wrong: Defects, twins: int = 0) -> list[Repair]:
    """The repairs that would put the defects right, one a rule. Homonyms and forms are for people: no mapping can tell what is right."""
    found = []
    for rule, kind in RENAMES.items():
        if labels := getattr(wrong, kind):
            found.append(Repair(rule, {label: wrong.names[label] for label in sorted(labels)}))
    return [*found, Repair(ONCE)] if twins else found


def repaired(log: EventLog, repairs: Iterable[Repair]) -> EventLog:
    """The log as it reads with these repairs; lazily, and without touching what is on file."""
    names: dict[str, str] = {}
    once = False
    for repair in repairs:
        names |= repair.names
        once = once or repair.rule == ONCE
    events = log.events
    if names:
        given = ibis.memtable(sorted(names.items()), schema={"label": "string", "meant": "string"})
        joined = events.left_join(given, events.activity == given.label)
        events = joined.mutate(activity=_.meant.coalesce(_.activity)).drop("label", "meant")
    if once:
        same = ibis.window(
            group_by=["case_id", "activity", "lifecycle", "officer", "instance", "at"], order_by="position"
        )
        events = events.mutate(copy=ibis.row_number().over(same)).filter(_.copy == 0).drop("copy")
    return log if events is log.events else replace(log, events=events)
