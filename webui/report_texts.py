"""The sentences of a report, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("zh", "en")

SENTENCES: Mapping[str, tuple[str, str]] = {
    # the first sentence
    "worst_waiting": (
        "最大堵点:「{activity}」办理之前的等待,合计 {total},占全部等待的 {share},涉及 {cases} 件办件(共 {all} 件),中位等待 {median}。",
        "Worst bottleneck: cases wait before “{activity}” is begun: {total} in all, {share} of all waiting, in {cases} of "
        "{all} cases; the median wait is {median}.",
    ),
    "worst_outside": (
        "等待主要在外部:「{activity}」合计 {total},占全部等待的 {share},涉及 {cases} 件办件(共 {all} 件),中位等待 {median}。",
        "Most waiting is for those outside, at “{activity}”: {total} in all, {share} of all waiting, in {cases} of {all} "
        "cases; the median wait is {median}.",
    ),
    "worst_elapsed": (
        "间隔最长之处:「{source}」到「{activity}」,合计 {total},占全部间隔的 {share},涉及 {cases} 件办件(共 {all} 件),"
        "中位间隔 {median}。日志只记录完成时间,等待与办理无法区分。",
        "Most time passes between “{source}” and “{activity}”: {total} in all, {share} of all time between completions, in "
        "{cases} of {all} cases; the median is {median}. The log records completions only, so waiting and processing cannot "
        "be told apart.",
    ),
    "worst_none": ("未发现等待。", "No waiting was found."),
    "worst_insufficient": (
        "办件太少(不足 {enough} 件),尚不能断定堵点。",
        "There are too few cases (fewer than {enough}) to call anything a bottleneck.",
    ),
    "generated": ("由流程挖掘自动生成。", "Made by process mining."),
    "log": ("日志", "Log"),
    "model": ("流程图", "Model"),
    "more_rows": ("另有 {count} 行未列出", "{count} more rows are not shown"),
    # headings
    "title": ("流程诊断报告", "Diagnosis of a procedure"),
    "figures": ("总体情况", "At a glance"),
    "bottlenecks": ("堵点排名", "Bottlenecks"),
    "waiting_activity": ("按环节:等待办理人员", "By activity: waiting for an officer"),
    "waiting_handover": ("按流转:从哪一环节到哪一环节", "By hand-over: from which step to which"),
    "waiting_outside": (
        "等待外部(纳税人、其他部门、时间)",
        "Waiting for those outside (taxpayer, other authorities, a date)",
    ),
    "elapsed_activity": ("按环节:与上一环节完成之间的间隔", "By activity: time since the completion before it"),
    "elapsed_handover": ("按流转:两次完成之间的间隔", "By hand-over: time between completions"),
    "forecast": ("在办办件预测", "Open cases: when they will end"),
    "forecast_track": (
        "以往预测的表现:{n} 个结果中 {covered} 落在声称覆盖 {claimed} 的区间内,中位数平均偏差 {error}。",
        "How earlier forecasts fared: of {n} outcomes {covered} lay within the interval that claims {claimed}; the median was off by "
        "{error} on average.",
    ),
    "case": ("办件", "Case"),
    "last_step": ("最近环节", "Last step"),
    "half_over": ("半数办结于", "Half over within"),
    "nine_in_ten": ("九成介于", "Nine in ten between"),
    "risk": ("超期风险", "Risk of being late"),
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
    "filter": ("仅限以下办件:{words}。", "Only the cases of which this is true: {words}."),
    "note_hours_learnt": (
        "办理人员的工作时间从日志中读出,未作规定。",
        "The officers' hours were read off the log; nobody stated them.",
    ),
    "critical_path": ("时间花在哪里(关键路径)", "Where lead time goes (critical path)"),
    "picture": ("流转图", "What follows what"),
    "conformance": ("合规检查", "Conformance"),
    "rules": ("违反规则", "Rules broken"),
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
    "happy_path": (
        "标准路径:{path};{finished} 件由此办结,中位用时 {median}。",
        "Happy path: {path}; {finished} cases were finished on it, in {median} (median).",
    ),
    "happy_none": ("没有可称为标准路径的常见路径。", "None of the frequent paths can be called the happy one."),
    "ended": ("办结 / 撤回 / 在办", "Finished / withdrawn / open"),
    "rework": ("重复办理与退回补正", "Rework and returns for correction"),
    "timeliness": ("时限", "Time limits"),
    "organisation": ("人员与岗位", "Officers and posts"),
    "handovers": ("工作流转", "Hand-overs of work"),
    "activities": ("各环节用时", "Times of each activity"),
    "variants": ("办理路径", "Variants"),
    "notes": ("阅读须知", "What must be known about these figures"),
    # columns
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
    "part": ("性质", "Part"),
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
    "median_waiting": ("等待中位数", "Median wait"),
    "median_processing": ("办理中位数", "Median processing"),
    "between": ("完成间隔中位数", "Median between completions"),
    "back": ("反向", "Back"),
    "path": ("路径", "Path"),
    "cumulative": ("累计", "Cumulative"),
    "median_lead": ("办理总时长中位数", "Median lead time"),
    # what goes with what, and what decides
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
    # key figures
    "k_cases": ("办件", "Cases"),
    "k_open": ("其中在办", "of them open"),
    "k_events": ("事件", "Events"),
    "k_activities": ("环节", "Activities"),
    "k_variants": ("办理路径", "Variants"),
    "k_lead_median": ("办理总时长中位数", "Median lead time"),
    "k_lead_p90": ("九成办件不超过", "90 % of cases within"),
    "k_lead_working": ("中位数(工作时间)", "Median, working time"),
    "k_efficiency": ("有效办理占比", "Flow efficiency"),
    "k_rate": ("合规办件占比", "Conforming cases"),
    "k_fitness": ("符合率(拟合度)", "Fitness"),
    "k_period": ("时间范围", "Period"),
    # parts of the critical path
    "part_waiting": ("等待", "waiting"),
    "part_processing": ("办理", "processing"),
    "part_outside": ("等待外部", "waiting outside"),
    "part_elapsed": ("完成间隔", "between completions"),
    "part_between": ("系统间隔", "before enablement"),
    # deviations and rules
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
    # time limits
    "l_statutory": ("法定办结时限 {days} {unit}", "Statutory: {days} {unit}"),
    "l_promised": ("承诺办结时限 {days} {unit}", "Promised: {days} {unit}"),
    "l_acceptance": ("受理时限 {days} {unit}", "Acceptance: {days} {unit}"),
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("日", "days"),
    "to_be_confirmed": ("(待核实)", " (to be confirmed)"),
    # small words
    "insufficient": ("样本不足", "insufficient"),
    "no_effect_known": ("样本不足", "too few cases"),
    "recorded_only": ("–", "–"),
    "more_edges": (
        "图中为最常见的 {nodes} 个环节和 {edges} 条流转(共 {all_nodes} 个、{all_edges} 条)。线越粗次数越多,颜色越红累计时间越长;"
        "标注为次数和完成间隔中位数。",
        "The {nodes} most frequent of {all_nodes} activities and {edges} of {all_edges} paths. Thicker is more frequent, redder "
        "more time in all; labels give the count and the median between completions.",
    ),
    "no_picture": ("流转图未能绘制:{reason}", "The picture could not be drawn: {reason}"),
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
    "interval_note": (
        "区间:以办件为单位重抽样(自助法),95 % 置信度。名次写作“1–2”时,两者差异不显著。",
        "Intervals: 95 %, by resampling whole cases. Where a rank reads “1–2”, the difference is not significant.",
    ),
    "source": ("来源:{source}", "Source: {source}"),
    "nothing": ("无。", "None."),
    # notes of mining
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
    "note_no_model": ("没有流程图,未做合规检查。", "Without a model, conformance was not checked."),
    "note_no_limits": ("没有给定时限。", "No time limits were given."),
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

WORKING_DAY = 7 * 3_600  # office hours 09:00-12:00 and 13:30-17:30

UNITS: Mapping[str, tuple[str, str]] = {
    "d": ("天", "d"),
    "h": ("小时", "h"),
    "min": ("分", "min"),
    "s": ("秒", "s"),
}


def say(language: str, key: str, **values: Any) -> str:
    """The sentence of that key, filled; Chinese for any language that is not `en`."""
    return SENTENCES[key][LANGUAGES.index(language) if language in LANGUAGES else 0].format(**values)


def duration(seconds: float | None, language: str) -> str:
    """Two units at most (`3 d 4 h`), days alone from 100 days on; `–` where unknown."""
    if seconds is None:
        return "–"
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    if rest >= 100 * 86_400:
        return f"{sign}{_counted(round(rest / 86_400), 'd', language)}"
    if rest < 60:
        whole = round(rest) if rest >= 10 or rest == int(rest) else round(rest, 1)
        return f"{sign}{_counted(whole, 's', language)}"
    minutes = round(rest / 60)
    days, minutes = divmod(minutes, 1_440)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next(at for at, (count, _) in enumerate(parts) if count)
    return sign + " ".join(_counted(count, unit, language) for count, unit in parts[first : first + 2] if count)


def working_duration(seconds: float | None, language: str) -> str:
    """Working days of seven office hours with one decimal, hours and minutes below one day; `–` where unknown."""
    if seconds is None or abs(seconds) < WORKING_DAY:
        return duration(seconds, language)
    return f"{seconds / WORKING_DAY:,.1f} {'working d' if language == 'en' else '个工作日'}"


def _counted(count: float, unit: str, language: str) -> str:
    return f"{count:,} {UNITS[unit][0 if language != 'en' else 1]}"


def percent(share: float | None) -> str:
    """`54.3 %`; `–` where unknown."""
    return "–" if share is None else f"{share * 100:.1f} %"
