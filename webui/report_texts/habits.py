"""What a log without a drawing does as a rule."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "habits": ("惯常做法", "Habits"),
    "habits_told": (
        "没有流程图可比对:惯常做法从较早的 {earlier} 件已办结办件中得出,并在较近的 {later} 件上检验。惯常做法不是义务,未遵循之处值得查看。",
        "There is no drawing to compare with: habits were learnt from the {earlier} earlier finished cases and checked on the "
        "{later} later ones. A habit is no duty; where it is broken is worth a look.",
    ),
    "habits_broken": ("近期未遵循", "Broken lately"),
    "habits_kept": ("最能说明问题的惯常做法", "The most telling habits"),
    "habit": ("做法", "Habit"),
    "share_lately": ("近期占比", "Share lately"),
    "share_before": ("此前占比", "Share before"),
    "kept_before": ("此前遵循", "Kept before"),
    "kept_lately": ("近期遵循", "Kept lately"),
    "h_existence": ("「{a}」总会办理", "“{a}” is always done"),
    "h_absence": ("从不办理「{a}」", "“{a}” is never done"),
    "h_at_most_once": ("「{a}」至多办理一次", "“{a}” is done once at most"),
    "h_exactly_once": ("「{a}」恰好办理一次", "“{a}” is done exactly once"),
    "h_init": ("办件以「{a}」开始", "a case begins with “{a}”"),
    "h_end": ("办件以「{a}」结束", "a case ends with “{a}”"),
    "h_responded_existence": ("办过「{a}」的,也办「{b}」", "where “{a}” is done, “{b}” is done too"),
    "h_co_existence": ("「{a}」与「{b}」要么都办,要么都不办", "“{a}” and “{b}” are done both or neither"),
    "h_response": ("「{a}」之后会办「{b}」", "after “{a}” comes “{b}”"),
    "h_precedence": ("「{b}」之前已办「{a}」", "before “{b}” comes “{a}”"),
    "h_succession": ("「{a}」与「{b}」先后都办", "“{a}” and “{b}” are done both, in this order"),
    "h_alternate_response": (
        "每次「{a}」之后、再次办理之前会办「{b}」",
        "after each “{a}” comes “{b}” before it is done again",
    ),
    "h_alternate_precedence": ("每次「{b}」之前都重新办过「{a}」", "before each “{b}” comes an “{a}” of its own"),
    "h_alternate_succession": ("「{a}」与「{b}」交替办理", "“{a}” and “{b}” take turns"),
    "h_chain_response": ("「{a}」之后紧接「{b}」", "right after “{a}” comes “{b}”"),
    "h_chain_precedence": ("「{b}」紧跟在「{a}」之后", "right before “{b}” comes “{a}”"),
    "h_chain_succession": ("「{a}」与「{b}」总是紧接着办", "“{a}” and “{b}” come together, one right after the other"),
    "h_not_co_existence": ("「{a}」与「{b}」不会同时出现在一件办件中", "“{a}” and “{b}” are never done in one case"),
    "h_not_succession": ("「{a}」之后不会再办「{b}」", "after “{a}” never comes “{b}”"),
    "h_equally_often": ("「{a}」与「{b}」次数相同", "“{a}” is done as often as “{b}”"),
    "h_slower": (
        "从「{a}」到「{b}」用时超过此前九成五的情况",
        "from “{a}” to “{b}” it took longer than in 95 % of the earlier times",
    ),
    "note_habits_few": (
        "已办结办件太少(前后两段各需至少 {enough} 件),不能得出惯常做法。",
        "There are too few finished cases to learn habits from (both periods need {enough}).",
    ),
}
