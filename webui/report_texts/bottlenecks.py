"""Where time goes: waiting, the critical path, the times of each activity."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "bottlenecks": ("堵点排名", "Bottlenecks"),
    "waiting_activity": ("按环节:等待办理人员", "By activity: waiting for an officer"),
    "waiting_handover": ("按流转:从哪一环节到哪一环节", "By hand-over: from which step to which"),
    "waiting_outside": (
        "等待外部(纳税人、其他部门、时间)",
        "Waiting for those outside (taxpayer, other authorities, a date)",
    ),
    "elapsed_activity": ("按环节:与上一环节完成之间的间隔", "By activity: time since the completion before it"),
    "elapsed_handover": ("按流转:两次完成之间的间隔", "By hand-over: time between completions"),
    "still_waiting": ("仍在等待 · 已累计", "Still waiting · so far"),
    "still_waiting_note": (
        "仍在等待的未计入合计与中位数,单列于后。",
        "What still waits is not in totals and medians; it stands in a column of its own.",
    ),
    "waiting_cost": ("等待费用", "Cost of waiting"),
    "processing_cost": ("办理费用", "Cost of processing"),
    "cost_note": (
        "费用单位:{currency},按流程给定的费率计算。",
        "Costs in {currency}, by the rates that the procedure states.",
    ),
    "critical_path": ("时间花在哪里(关键路径)", "Where lead time goes (critical path)"),
    "activities": ("各环节用时", "Times of each activity"),
    "part": ("性质", "Part"),
    "part_waiting": ("等待", "waiting"),
    "part_processing": ("办理", "processing"),
    "part_outside": ("等待外部", "waiting outside"),
    "part_elapsed": ("完成间隔", "between completions"),
    "part_between": ("系统间隔", "before enablement"),
    "interval_note": (
        "区间:以办件为单位重抽样(自助法),95 % 置信度。名次写作“1–2”时,两者差异不显著。",
        "Intervals: 95 %, by resampling whole cases. Where a rank reads “1–2”, the difference is not significant.",
    ),
}
