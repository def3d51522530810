"""What is said first, and of the whole."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
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
    "title": ("流程诊断报告", "Diagnosis of a procedure"),
    "figures": ("总体情况", "At a glance"),
    "filter": ("仅限以下办件:{words}。", "Only the cases of which this is true: {words}."),
    "picture": ("流转图", "What follows what"),
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
    "more_edges": (
        "图中为最常见的 {nodes} 个环节和 {edges} 条流转(共 {all_nodes} 个、{all_edges} 条)。线越粗次数越多,颜色越红累计时间越长;"
        "标注为次数和完成间隔中位数。",
        "The {nodes} most frequent of {all_nodes} activities and {edges} of {all_edges} paths. Thicker is more frequent, redder "
        "more time in all; labels give the count and the median between completions.",
    ),
    "no_picture": ("流转图未能绘制:{reason}", "The picture could not be drawn: {reason}"),
    "source": ("来源:{source}", "Source: {source}"),
}
