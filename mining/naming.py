"""Which element of a model an activity of a log is: by id, or by its drawn name in any language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import ibis

from bpmn.model import Activity, EventNode, ProcessModel
from event_logs.log import EventLog


def by_element(activities: Collection[str], models: Iterable[ProcessModel]) -> dict[str, str]:
    """Recorded name → id, for the activities that are no id of any model but the name of exactly one element."""
    known = list(models)
    ids = {node.id for model in known for node in model.nodes}
    named = _named(known)
    return {name: named[_plain(name)] for name in sorted(activities) if name not in ids and _plain(name) in named}


def _named(models: Iterable[ProcessModel]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for model in models:
        for node in model.nodes:
            if isinstance(node, Activity | EventNode):
                for name in (node.name, *node.names.values()):
                    found.setdefault(_plain(name), set()).add(node.id)
    return {name: ids.pop() for name, ids in found.items() if name and len(ids) == 1}


def _plain(name: str) -> str:
    """Case and runs of blanks do not tell names apart; drawings break names over lines."""
    return " ".join(name.casefold().split())


def renamed(log: EventLog, names: Mapping[str, str]) -> EventLog:
    """The log with those activities under their ids."""
    if not names:
        return log
    events = log.events
    cases = [(events.activity == recorded, element) for recorded, element in names.items()]
    return replace(log, events=events.mutate(activity=ibis.cases(*cases, else_=events.activity)))
