"""What goes with long, late and deviating cases, and what decides at the gateways."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "influences": ("原因:相伴的办件特征", "What goes with long, late and deviating cases"),
    "looks": (
        "共比较 {looks} 次,确认 {found} 个;所确认者平均至多 {share} 出于偶然。相伴出现未必就是原因。",
        "{found} of {looks} comparisons are called found; of these at most {share} are chance on average. What goes together need not "
        "be the cause.",
    ),
    "q_long": ("办理总时长", "Lead time"),
    "q_late": ("超期", "Missed time limits"),
    "q_deviating": ("偏离流程图", "Leaving the drawn path"),
    "trait": ("特征", "Cases"),
    "trait_activity": ("办过", "done"),
    "trait_officer": ("参与人员", "officer"),
    "trait_office": ("机关", "office"),
    "trait_version": ("版本", "version"),
    "trait_month": ("收件月份", "month of arrival"),
    "trait_weekday": ("收件星期", "weekday of arrival (1 is Monday)"),
    "trait_load": ("收件时在办", "open cases at arrival"),
    "like_with_like": ("同类相比", "Like with like"),
    "raw": ("未调整", "Raw"),
    "with_it": ("有此特征", "With it"),
    "without_it": ("无此特征", "Without it"),
    "choices": ("分支由什么决定", "What decides at the gateways"),
    "gateway": ("分支", "Gateway"),
    "decisions": ("判定次数", "Decisions"),
    "table_rows": ("判定表", "Table"),
    "accuracy": ("此表说对", "Table is right"),
    "usual": ("按最常见走向说对", "Most frequent way is right"),
    "no_effect_known": ("样本不足", "too few cases"),
}
