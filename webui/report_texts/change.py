"""Two groups of cases side by side."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "change": ("两组并列比较", "Two groups side by side"),
    "compared": (
        "{before} 件与 {after} 件相比;{looked} 项指标中有 {significant} 项差异显著。",
        "{before} cases against {after}; {significant} of {looked} figures differ significantly.",
    ),
    "compared_few": (
        "{before} 件与 {after} 件相比:办件太少,无法区分差异与偶然(每组至少 20 件)。请选择更长的时间段,或减少条件。",
        "{before} cases against {after}: too few to tell a difference from chance, which takes 20 in each group. Choose longer "
        "times or leave a condition out.",
    ),
    "significant": ("差异显著的指标", "Figures that differ significantly"),
    "figure": ("指标", "Figure"),
    "group_before": ("之前", "Before"),
    "group_after": ("之后", "After"),
    "difference": ("差异", "Difference"),
    "p_corrected": ("p(校正)", "p, corrected"),
    "points": ("百分点", "points"),
    "look_lead": ("办理总时长", "Lead time"),
    "look_waiting": ("「{a}」之前的等待", "Waiting before “{a}”"),
    "look_elapsed": ("到「{a}」的时间", "Time until “{a}”"),
    "look_step": ("办理「{a}」的办件", "Cases with “{a}”"),
    "look_edge": ("「{a}」之后紧接「{b}」的办件", "Cases with “{b}” right after “{a}”"),
    "look_rework": ("重复办理「{a}」", "“{a}” done again"),
    "look_conforming": ("完全按图办理", "Cases as drawn"),
    "look_on_time": ("时限遵守", "Time limit kept"),
    "lead_change": ("平均办理总时长的变化来自何处", "Where the change of the mean lead time comes from"),
    "days": ("天", "Days"),
    "mean_before": ("之前平均", "Mean before"),
    "mean_after": ("之后平均", "Mean after"),
    "change_mix": ("办件构成(按单位)", "other kinds of cases (by office)"),
    "change_routing": ("办理路径", "other ways"),
    "change_waiting": ("等待", "waiting"),
    "change_processing": ("办理", "processing"),
    "change_elapsed": ("完成间隔", "time between completions"),
    "change_beside": ("首个环节之前与末个环节之后", "before the first and after the last step"),
}
