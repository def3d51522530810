"""Why work waits."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "why": ("为什么等待", "Why work waits"),
    "why_officer": ("按经办人的时间", "By what the officer did meanwhile"),
    "why_pool": ("按全部可办人员的时间", "By what all who do this activity did meanwhile"),
    "cause_batching": ("攒批", "Batch"),
    "cause_unavailability": ("非工作时间", "Closed"),
    "cause_contention": ("排队", "Queue"),
    "cause_prioritisation": ("插队", "Overtaken"),
    "cause_extraneous": ("无人阻碍", "Free"),
    "cause_nobody_there": ("无人在岗", "Nobody there"),
    "cause_all_busy": ("全部在忙", "All busy"),
    "cause_somebody_free": ("有人空闲", "One free"),
    "held_back": ("受外部拖延(估计)", "Held back"),
    "note_causes_recorded": (
        "等待原因依据系统记录的派发与开始时间,逐刻归因;夜间与节假日先计,其余按攒批、排队、插队分。",
        "Causes of waiting rest on recorded enablement, moment by moment: batches first, then nights and holidays, then the queue.",
    ),
    "note_causes_inferred": (
        "等待原因系推断:仅 {share:.0%} 的等待有记录的派发时间。",
        "Causes of waiting are inferred: only {share:.0%} of the waiting rests on recorded enablement.",
    ),
    "note_hours_learnt": (
        "办理人员的工作时间从日志中读出,未作规定。",
        "The officers' hours were read off the log; nobody stated them.",
    ),
}
