"""What is looked for in a log for each kind of report, while somebody waits: a function a kind, in one table.

Heavy: only jobs call this, in a process of their own, and commands; no page does (`docs/rooms/webui.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from event_logs.objects import ObjectLog
from event_logs.objects.casework import objects_of
from event_logs.warehouse import Warehouse
from mining.change import Change, change
from mining.diagnosis import Diagnosis, diagnose
from mining.discovery import Discovered, discovered
from mining.filters import read, taken
from mining.objects import ObjectView, object_view
from mining.reports.current import Delays, delays
from mining.reports.kept import ReportKind, ReportName
from mining.variants import variants
from webui.changes import groups_of
from webui.jobs import Progress
from webui.quality import IMPORTED
from webui.settings import Settings
from webui.subjects import Subject

Mining = Callable[[Settings, Subject, ReportName, Progress], Any]


def diagnosis(_settings: Settings, of: Subject, name: ReportName, progress: Progress) -> Diagnosis:
    return diagnose(
        of.log,
        of.models or None,
        limits=of.limits,
        costs=of.costs,
        calendar=of.hours,
        where=read(name.where) if name.where else None,
        progress=lambda step: progress(step, None),
    )


def bottlenecks(_settings: Settings, of: Subject, _name: ReportName, progress: Progress) -> Delays:
    progress("bottlenecks", None)
    return delays(of.log, of.models)


def two_groups(_settings: Settings, of: Subject, name: ReportName, progress: Progress) -> Change:
    progress("change", None)
    before, after, within = groups_of(name)
    return change(
        of.log,
        before,
        after,
        of.models or None,
        where=within,
        calendar=of.hours,
        limits=of.limits,
    )


def objects(settings: Settings, of: Subject, name: ReportName, progress: Progress) -> ObjectView:
    progress("objects", None)
    return object_view(object_log(settings, of, name.log))


def object_log(settings: Settings, of: Subject, log: str) -> ObjectLog:
    """The objects that came with an import, or those of recorded casework by its completed work; raises UnknownLog."""
    if log.startswith(IMPORTED):
        return Warehouse(settings.home, settings.mining_engine).load_objects(log.removeprefix(IMPORTED))
    return objects_of(of.log, completed=True)


def drawings(_settings: Settings, of: Subject, name: ReportName, progress: Progress) -> tuple[Discovered, ...]:
    log = taken(of.log, read(name.where) if name.where else None, of.hours)
    progress("mining", None)
    return discovered(variants(log))


MINED: Mapping[ReportKind, Mining] = {
    ReportKind.DIAGNOSIS: diagnosis,
    ReportKind.DELAYS: bottlenecks,
    ReportKind.CHANGE: two_groups,
    ReportKind.OBJECTS: objects,
    ReportKind.DRAWINGS: drawings,
}
