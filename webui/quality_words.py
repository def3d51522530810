"""The rules of data quality in the reader's words."""

from __future__ import annotations

from webui.language import gettext as _


def dimension(key: str) -> str:
    return {
        "completeness": _("Completeness"),
        "accuracy": _("Accuracy"),
        "timeliness": _("Timeliness"),
        "consistency": _("Consistency"),
        "uniqueness": _("Uniqueness"),
    }[key]


def stage(key: str) -> str:
    return {
        "capture": _("capture"),
        "entry": _("entry"),
        "review": _("review"),
        "storage": _("storage"),
        "use": _("use"),
    }[key]


def rule_name(key: str) -> str:
    return words()[key][0]


def rule_asks(key: str) -> str:
    return words()[key][1]


def words() -> dict[str, tuple[str, str]]:
    return {
        "officer_known": (_("Officer known"), _("Work that people do names the officer.")),
        "office_known": (_("Office known"), _("Work names its office.")),
        "start_known": (_("Beginning known"), _("Work whose beginning is usually recorded has one.")),
        "label_clean": (_("Clean labels"), _("An activity's name holds no number that is new each time.")),
        "label_spelled": (_("Right spelling"), _("An activity's name is not one slip away from a common one.")),
        "own_time": (_("A time of its own"), _("Steps that follow each other were not recorded in one stroke.")),
        "not_ahead": (_("Not in the future"), _("Nothing is recorded as done later than now.")),
        "entered_in_time": (_("Entered in time"), _("Work is recorded in its order, not days later.")),
        "start_before_end": (_("Begun before done"), _("Work does not end before it begins.")),
        "one_name": (_("One name"), _("The same work has the same name.")),
        "one_meaning": (_("One meaning"), _("One name stands for one activity.")),
        "told_once": (_("Told once"), _("The same fact is recorded once.")),
    }
