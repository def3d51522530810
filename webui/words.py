"""Words of the trade that code knows by key, in the language of the reader."""

from __future__ import annotations

from webui.language import gettext as _


def category(key: str) -> str:
    return {"approval": _("Approval"), "refund": _("Refund"), "reminder": _("Reminder")}.get(key, key)


def limit_kind(key: str) -> str:
    return {
        "statutory": _("statutory time limit"),
        "promised": _("promised time limit"),
        "acceptance": _("time limit of acceptance"),
    }.get(key, key)


def day_unit(key: str) -> str:
    return {"working_days": _("working days"), "calendar_days": _("calendar days")}.get(key, key)


def activity_kind(key: str) -> str:
    return {
        "user": _("by a person"),
        "service": _("automatic"),
        "rule": _("by a decision table"),
        "script": _("calculated"),
        "send": _("sends a message"),
        "receive": _("waits for a message"),
        "manual": _("outside the system"),
        "subprocess": _("subprocess"),
        "call": _("calls a procedure"),
        "task": _("drawn without a kind"),
    }.get(key, key)
