"""Who came too late is told who did what, when and why, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from webui.formats import moment
from webui.language import gettext as _
from workflows.errors import AlreadyDone, NotAllowed, NotOpen
from workflows.tables import CaseState

NameOf: TypeAlias = Callable[[str], str]  # the name of the officer with that code


def already_done(error: AlreadyDone, name_of: NameOf) -> str:
    """Of a piece of work that somebody else has done, taken, or had withdrawn."""
    if error.what == "withdrawn":
        return _withdrawn(error, name_of)
    if not error.who or not error.when:
        return _("This work was already done; nothing was changed.")
    told = {"who": name_of(error.who), "when": moment(error.when)}
    if error.what == "taken":
        return _("%(who)s took this work at %(when)s; nothing was changed.", **told)
    if error.what == "seen to":
        return _("%(who)s saw to this at %(when)s; nothing was changed.", **told)
    return _("%(who)s already did this at %(when)s; nothing was changed.", **told)


def _withdrawn(error: AlreadyDone, name_of: NameOf) -> str:
    when = moment(error.when)
    if error.who is None:
        return _("The case went on without this work at %(when)s; nothing was changed.", when=when)
    said = _("%(who)s had this work withdrawn at %(when)s; nothing was changed.", who=name_of(error.who), when=when)
    return _with_reason(said, error.reason)


def not_open(error: NotOpen, name_of: NameOf) -> str:
    """Of a case that somebody has suspended, let go on, or ended."""
    said = _states(error.who, error.when, name_of).get(error.state) if error.when else None
    return _with_reason(said, error.reason) if said else _("This is no longer open, so this step is impossible now.")


def _states(who: str | None, when: datetime | None, name_of: NameOf) -> Mapping[str, str]:
    if who is None:
        at = moment(when)
        return {
            CaseState.COMPLETED: _("The case was closed at %(when)s; nothing was changed.", when=at),
            CaseState.WITHDRAWN: _("The applicant withdrew the case at %(when)s; nothing was changed.", when=at),
        }
    told = {"who": name_of(who), "when": moment(when)}
    return {
        CaseState.SUSPENDED: _("%(who)s suspended the case at %(when)s; nothing was changed.", **told),
        CaseState.RUNNING: _("%(who)s let the case go on at %(when)s; nothing was changed.", **told),
        CaseState.WITHDRAWN: _("%(who)s withdrew the case at %(when)s; nothing was changed.", **told),
    }


def _with_reason(said: str, reason: str) -> str:
    return f"{said} {_('Reason: %(reason)s', reason=reason)}" if reason else said


def not_allowed(error: NotAllowed, name_of: NameOf) -> str:
    """Which right or relation is missing; whoever holds the work is named."""
    filled = {name: name_of(value) if name == "holder" else value for name, value in error.told.items()}
    return _("%(who)s may not do this: %(reason)s", who=name_of(error.officer), reason=_(error.reason, **filled))
