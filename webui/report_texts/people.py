"""Rework, officers and time limits."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "rework": ("重复办理与退回补正", "Rework and returns for correction"),
    "timeliness": ("时限", "Time limits"),
    "organisation": ("人员与岗位", "Officers and posts"),
    "handovers": ("工作流转", "Hand-overs of work"),
    "repeats": ("重复次数", "Repeats"),
    "at_once": ("其中立即重复", "Of these at once"),
    "came_back_from": ("从何环节返回", "Came back from"),
    "extra_waiting": ("额外等待", "Extra waiting"),
    "extra_processing": ("额外办理", "Extra processing"),
    "returns": ("退回补正", "Returns"),
    "of_outcomes": ("占办理结果", "Of outcomes"),
    "limit": ("时限", "Limit"),
    "late": ("超期", "Late"),
    "kept": ("按时率", "Kept"),
    "overrun": ("超期中位数", "Median overrun"),
    "open_overdue": ("在办已超期", "Open and overdue"),
    "who": ("办理人员/岗位", "Officer or post"),
    "pieces": ("办理次数", "Pieces of work"),
    "utilisation": ("负荷(下限)", "Utilisation (at least)"),
    "officers": ("人数", "Officers"),
    "back": ("反向", "Back"),
    "l_statutory": ("法定办结时限 {days} {unit}", "Statutory: {days} {unit}"),
    "l_promised": ("承诺办结时限 {days} {unit}", "Promised: {days} {unit}"),
    "l_acceptance": ("受理时限 {days} {unit}", "Acceptance: {days} {unit}"),
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("日", "days"),
    "to_be_confirmed": ("(待核实)", " (to be confirmed)"),
    "note_no_limits": ("没有给定时限。", "No time limits were given."),
}
