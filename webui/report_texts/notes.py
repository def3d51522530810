"""What must be known about the figures."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "notes": ("阅读须知", "What must be known about these figures"),
    "note_few_cases": (
        "只有 {cases} 件办件,不足 {enough} 件:数字仅供参考。",
        "Only {cases} cases, fewer than {enough}: read the figures as hints.",
    ),
    "note_closed_unknown": (
        "日志未说明办件是否办结:所有办件按已办结计算。",
        "The log does not say which cases are closed: all were read as finished.",
    ),
    "note_open_cases": (
        "{cases} 件中有 {open} 件在办:不计入办理总时长,也不计入偏离。",
        "{open} of {cases} cases are open: they count neither for lead times nor for deviations.",
    ),
    "note_names_recognised": (
        "{activities} 个环节按图上名称识别为流程图中的环节。",
        "{activities} activities were recognised by their drawn name.",
    ),
    "note_no_calendar": (
        "时区 {zone} 没有工作日历:不计算工作时间。",
        "There is no working calendar for {zone}: no working times are given.",
    ),
    "note_only_completions": (
        "日志只记录完成时间:等待与办理用时无法区分,只给出两次完成之间的间隔。",
        "The log records completions only: waiting and processing cannot be told apart; the time between completions is given.",
    ),
    "note_starts_partly_known": (
        "仅 {share:.0%} 的办理记录有开始时间;其余只给出完成间隔。",
        "Only {share:.0%} of the pieces of work say when they were begun; for the others the time between completions is given.",
    ),
    "note_enablement_inferred": (
        "{share:.0%} 的办理记录未记录何时可以开始,按前一环节完成时间推断。",
        "For {share:.0%} of the pieces of work it was not recorded when they became due; the completion of the step before is "
        "taken.",
    ),
    "note_unfinished_work": (
        "{pieces} 项工作尚未完成,未计入等待。",
        "{pieces} pieces of work are not finished; their waiting is not counted.",
    ),
}
