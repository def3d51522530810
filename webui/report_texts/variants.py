"""The ways that cases take."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "happy_path": (
        "标准路径:{path};{finished} 件由此办结,中位用时 {median}。",
        "Happy path: {path}; {finished} cases were finished on it, in {median} (median).",
    ),
    "happy_none": ("没有可称为标准路径的常见路径。", "None of the frequent paths can be called the happy one."),
    "ended": ("办结 / 撤回 / 在办", "Finished / withdrawn / open"),
    "variants": ("办理路径", "Variants"),
    "path": ("路径", "Path"),
    "cumulative": ("累计", "Cumulative"),
    "median_lead": ("办理总时长中位数", "Median lead time"),
}
