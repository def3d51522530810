"""Where cases leave the drawing and break rules."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "conformance": ("合规检查", "Conformance"),
    "rules": ("违反规则", "Rules broken"),
    "deviation": ("偏离", "Deviation"),
    "of_eligible": ("占应有办件", "Of eligible cases"),
    "where": ("单位", "Where"),
    "lead_matched": ("总时长差异(同类相比)", "Lead time, like with like"),
    "lead_raw": ("总时长差异(未配比)", "Lead time, raw"),
    "lead_unmatched": ("无法判断({of} 件中 {n} 件有同类)", "cannot be told ({n} of {of} have a like)"),
    "lead_note": (
        "总时长差异为中位数之差(95 % 区间)。同类相比:只与版本、单位、月份和类别相同的办件比较。",
        "Lead time is the difference of medians (95 % interval); like with like compares only cases of the same version, office, "
        "month and kind.",
    ),
    "accepted_deviations": (
        "已认可、到期前不计的偏离:{kinds};{cases} 件办件因此计为一致。",
        "Accepted for a time and not counted: {kinds}; {cases} cases conform by that.",
    ),
    "conformance_precision": (
        "精确度 {precision}:流程图在每一步允许的下一环节中,实际办过的占比。",
        "Precision {precision}: of what the drawing allows next at each step, so much was ever done.",
    ),
    "rule": ("规则", "Rule"),
    "d_bypassed": ("经决定跳过「{activity}」", "“{activity}” passed over by decision"),
    "d_skipped": ("跳过「{activity}」", "“{activity}” skipped"),
    "d_inserted": ("多做「{activity}」", "“{activity}” inserted"),
    "d_repeated": ("重复「{activity}」", "“{activity}” repeated"),
    "d_out_of_order": ("「{activity}」次序颠倒", "“{activity}” in the wrong order"),
    "d_unknown": ("流程中没有的环节「{activity}」", "“{activity}”, which the procedure does not have"),
    "r_wrong_post": ("「{activity}」由非指定岗位办理", "“{activity}” done by another post"),
    "r_four_eyes": (
        "「{activity}」未分离:同一人办理不相容环节",
        "“{activity}” done by the same officer (four eyes broken)",
    ),
    "r_late": ("「{activity}」超过环节时限", "“{activity}” later than its time limit"),
    "conformance_rate": (
        "{cases} 件已办结办件中 {conforming} 件({rate})与流程完全一致;平均拟合度 {fitness},全部偏离 {cost} 步。",
        "{conforming} of {cases} finished cases ({rate}) conform to the procedure; average fitness {fitness}, {cost} deviating "
        "steps in all.",
    ),
    "open_compared": (
        "{open} 件在办、{withdrawn} 件已撤回的办件按已走过的路径比对,其中 {deviating} 件有偏离。",
        "{open} open and {withdrawn} withdrawn cases were compared as far as they had come; {deviating} of them deviate.",
    ),
    "unknown_activities": (
        "流程中没有的环节:{activities}。",
        "Activities that the procedure does not have: {activities}.",
    ),
    "undecided": (
        "{undecided} 件在计算界限内未能判定。",
        "{undecided} cases could not be decided within the limits of computation.",
    ),
    "unmodelled": (
        "{unmodelled} 件办件所用版本没有可比对的流程图。",
        "{unmodelled} cases ran on versions without a model to compare with.",
    ),
    "note_no_model": ("没有流程图,未做合规检查。", "Without a model, conformance was not checked."),
    "note_model_not_comparable": (
        "流程图 {model} 无法比对:{reason}",
        "The model {model} could not be compared: {reason}",
    ),
    "note_not_recorded": (
        "日志从不记录流程图 {model} 中的这类元素,比对时略过:{kinds}。",
        "The log never records these kinds of elements of {model}; they were passed over: {kinds}.",
    ),
    "note_assumed": ("比对时的假定(元素 {element}):{text}", "Assumed in comparing (element {element}): {text}"),
}
