"""What happened to a case, fact by fact, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bpmn.model import Activity, AnyNode, EventNode, Position
from bpmn.procedure import Procedure
from event_logs.event import Event, Lifecycle
from webui.catalogue import Names, drawn_at, label_at
from webui.forms import shown
from webui.language import current_language
from webui.language import gettext as _
from webui.rules import reasons
from workflows.versions import Runnable


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `style` is done, open, bad or empty."""

    at: datetime
    activity: str
    what: str
    officer: str
    office: str
    style: str
    details: tuple[tuple[str, str], ...]
    why: tuple[str, ...] = ()  # of an activity that a rule decided: which row of its table applied, and why


def moments(versions: Mapping[int | None, Runnable], events: Iterable[Event], names: Names) -> list[Moment]:
    """The timeline, oldest first; each fact in the words of the version under which it happened."""
    events = list(events)
    why = {version: reasons(versions[version].procedure, events) for version in {event.version for event in events}}
    return [_moment(versions[e.version], e, names, why[e.version][n]) for n, e in enumerate(events)]


def _moment(ready: Runnable, event: Event, names: Names, why: tuple[str, ...]) -> Moment:
    procedure, element = drawn_at(ready, event.activity)
    node = procedure.model.node(element) if procedure.model.has(element) else None
    return Moment(
        at=event.at,
        activity=label_at(ready, event.activity),
        what=_what(node, event),
        officer=names.officer(event.officer),
        office=names.office(event.office),
        style=_STYLES.get(event.lifecycle, ""),
        details=_details(procedure, node, event, names),
        why=why,
    )


_STYLES: Mapping[Lifecycle, str] = {
    Lifecycle.COMPLETE: "done",
    Lifecycle.START: "open",
    Lifecycle.WITHDRAW: "bad",
    Lifecycle.SUSPEND: "bad",
    Lifecycle.SKIP: "bad",
    Lifecycle.MIGRATE: "open",
}


TOLD = (
    Lifecycle.COMPLETE,
    Lifecycle.WITHDRAW,
    Lifecycle.SUSPEND,
    Lifecycle.RESUME,
    Lifecycle.REASSIGN,
    Lifecycle.SKIP,
    Lifecycle.MIGRATE,
)


def _what(node: AnyNode | None, event: Event) -> str:
    if isinstance(node, EventNode) and event.lifecycle == Lifecycle.COMPLETE:
        if "/" in event.activity:  # inside a call: the case itself neither begins nor ends there
            return {Position.START: _("begun"), Position.END: _("done")}.get(node.position, _("happened"))
        return {Position.START: _("opened"), Position.END: _("closed")}.get(node.position, _("happened"))
    if isinstance(node, Activity) and event.lifecycle == Lifecycle.COMPLETE and event.officer is None:
        return _("done automatically")
    return word(event.lifecycle)


def word(lifecycle: Lifecycle) -> str:
    words = {
        Lifecycle.SCHEDULE: _("became due to be done"),
        Lifecycle.ASSIGN: _("assigned"),
        Lifecycle.REASSIGN: _("reassigned"),
        Lifecycle.START: _("begun"),
        Lifecycle.SUSPEND: _("suspended"),
        Lifecycle.RESUME: _("resumed"),
        Lifecycle.COMPLETE: _("done"),
        Lifecycle.WITHDRAW: _("withdrawn"),
        Lifecycle.SKIP: _("passed over by decision"),
        Lifecycle.MIGRATE: _("goes on with another version"),
    }
    return words[lifecycle]


def _details(procedure: Procedure, node: AnyNode | None, event: Event, names: Names) -> tuple[tuple[str, str], ...]:
    if event.lifecycle not in TOLD:
        return ()
    if isinstance(node, EventNode) and node.position == Position.START:
        return ()  # the facts of the case, which the page shows beside the timeline
    told = ((key, value) for key, value in event.attributes.items() if value not in (None, ""))
    own = attribute_words()
    return tuple(
        (own[key], _own_value(procedure, key, value, names)) if key in own else shown(procedure, key, value)
        for key, value in told
    )


def _own_value(procedure: Procedure, key: str, value: object, names: Names) -> str:
    if key in ("moved_from", "moved_to"):
        return procedure.model.label(str(value), current_language())
    if key in ("by", "from"):
        return names.officer(str(value))
    known = {
        "post_taken_back": _("the post was taken back"),
        "officer_left": _("the officer is no longer active"),
        "stand_in": _("a stand-in does it"),
        "migration_undone": _("the migration was taken back"),
        "migrated": _("other posts in the new version"),
        "stopped": _("the clock stands"),
    }
    return known.get(str(value)) or shown(procedure, key, value)[1]


def attribute_words() -> Mapping[str, str]:
    """What the engine itself notes on its facts, in words; the fields of forms have their own labels."""
    return {
        "by": _("by"),
        "called_version": _("version of the called procedure"),
        "clock": _("clock"),
        "clock_stopped_since": _("clock stopped since"),
        "due_at": _("due at"),
        "from": _("from"),
        "moved_from": _("moved from"),
        "moved_to": _("moved to"),
        "migrated_from": _("from version"),
        "migrated_to": _("to version"),
        "reason": _("reason"),
        "undone": _("taken back"),
        "version_from": _("from version"),
        "version_to": _("to version"),
        "why": _("why"),
    }
