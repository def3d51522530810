"""The frame around every page: which entries the navigation has for whom."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for

from webui.auth import Right, SignedIn
from webui.language import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation; `section` is the blueprint that it lights up for."""

    text: str
    icon: str
    address: str
    section: str


def navigation(officer: SignedIn) -> tuple[Entry, ...]:
    """The entries that the officer's rights open, in the order of the day's work."""
    lines = (
        (_("Home"), "home", "home.show", "home", tuple(Right)),
        (_("Inbox"), "inbox", "inbox.show", "inbox", (Right.WORK,)),
        (_("New case"), "file-plus", "new_case.choose", "new_case", (Right.WORK,)),
        (_("Cases"), "files", "cases.show", "cases", (Right.WORK, Right.MANAGE, Right.REDESIGN)),
        (_("Procedures"), "sitemap", "procedures.show", "procedures", (Right.WORK, Right.MANAGE, Right.REDESIGN)),
        (_("Analysis"), "chart-bar", "analysis.show", "analysis", (Right.MANAGE, Right.REDESIGN)),
        (_("Improvement"), "bulb", "improvement.show", "improvement", (Right.REDESIGN,)),
        (_("Faults"), "alert-triangle", "incidents.show", "incidents", (Right.MANAGE, Right.ADMINISTER)),
        (_("Outbox"), "send", "outbox.show", "outbox", (Right.ADMINISTER,)),
        (_("Working calendar"), "calendar", "calendar.show", "calendar", (Right.ADMINISTER, Right.MANAGE)),
        (_("Trust"), "shield-check", "trust.show", "trust", (Right.MANAGE, Right.ADMINISTER)),
        (_("Staff"), "users", "staff.show", "staff", (Right.ADMINISTER,)),
    )
    known = current_app.view_functions
    return tuple(
        Entry(text, icon, url_for(endpoint), section)
        for text, icon, endpoint, section, rights in lines
        if officer.may(*rights) and endpoint in known
    )
