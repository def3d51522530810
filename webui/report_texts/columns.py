"""Words that several parts of a report use."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "more_rows": ("另有 {count} 行未列出", "{count} more rows are not shown"),
    "activity": ("环节", "Activity"),
    "handover": ("流转", "Hand-over"),
    "total": ("合计", "Total"),
    "share": ("占比", "Share"),
    "cases": ("办件", "Cases"),
    "median": ("中位数", "Median"),
    "mean": ("平均", "Mean"),
    "p90": ("九成以内", "90 % within"),
    "working_total": ("合计(工作时间)", "Total, working time"),
    "working_median": ("中位(工作时间)", "Median, working time"),
    "interval": ("95 % 区间", "95 % interval"),
    "rank": ("名次", "Rank"),
    "times_done": ("次数", "Times done"),
    "median_waiting": ("等待中位数", "Median wait"),
    "median_processing": ("办理中位数", "Median processing"),
    "between": ("完成间隔中位数", "Median between completions"),
    "insufficient": ("样本不足", "insufficient"),
    "recorded_only": ("–", "–"),
    "nothing": ("无。", "None."),
}
