"""What changed, and since when; and two groups side by side."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "note_drift_promise": (
        "在 {cases} 件办件中寻找变化;对没有变化的日志,误报的比例至多 {level:.0%}。",
        "Changes were looked for in {cases} cases; of logs without any, at most {level:.0%} are told one.",
    ),
    "note_drift_left_out": (
        "其中 {cases} 件未计入:在办,或开始得太晚、同期办件尚不及办结。",
        "{cases} cases were left out of it: they are open, or began when others had no time to end.",
    ),
    "note_looked": (
        "共比较了 {looks} 项满 20 件的指标;显著性已按全部项数校正(Holm)。",
        "{looks} figures of 20 cases and more were looked at; significance is corrected for all of them (Holm).",
    ),
    "note_groups_overlap": (
        "有 {cases} 件办件同属两组:此时区间会偏宽或偏窄。",
        "{cases} cases are in both groups: the intervals are then too wide or too narrow.",
    ),
    "note_open_censored": (
        "{open} 件在办办件按“至少已有这么长”计。",
        "{open} open cases count as lasting at least so long already.",
    ),
    "drift": ("变化(漂移)", "What changed, and since when"),
    "since": ("自何时起", "Since"),
    "gradually": ("{at} 起逐步变化,至 {until}", "{at}, gradually until {until}"),
    "family": ("何种变化", "What"),
    "drift_flow": ("办理路径", "the ways"),
    "drift_times": ("用时", "the times"),
    "changed_most": ("变化最大之处", "What changed most"),
    "trait_step": ("办理「{a}」的办件占比", "cases with “{a}”"),
    "trait_edge": ("「{a}」之后紧接「{b}」的办件占比", "cases with “{b}” right after “{a}”"),
    "trait_begins": ("以「{a}」开始的办件占比", "cases that begin with “{a}”"),
    "trait_ends": ("以「{a}」结束的办件占比", "cases that end with “{a}”"),
    "trait_waiting": ("「{a}」之前的中位等待", "median waiting before “{a}”"),
    "trait_processing": ("「{a}」的中位办理时间", "median processing of “{a}”"),
    "trait_elapsed": ("到「{a}」完成的中位间隔", "median time until “{a}”"),
    "trait_lead": ("中位办理总时长", "median lead time"),
}
