"""Charts as plain data for ECharts; the browser draws them from a `data-chart` attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from webui.formats import zone
from webui.language import gettext as _

Options = dict[str, Any]
BLUE, ORANGE, GREY, GREEN, RED = "#2f74c0", "#e08a3c", "#9aa9b9", "#2f9363", "#c8453c"
INK, LINE = "#5d6b7a", "#e6ebf1"


def _frame(*, left: int = 8) -> Options:
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit", "color": INK},
        "grid": {"left": left, "right": 24, "top": 16, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
    }


def _value_axis(**more: Any) -> Options:
    return {
        "type": "value",
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": INK},
        "axisLine": {"show": False},
        **more,
    }


def _category_axis(names: Sequence[str], **more: Any) -> Options:
    return {
        "type": "category",
        "data": list(names),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": INK},
        **more,
    }


def closed_by_week(closed: Iterable[datetime], at: datetime, weeks: int) -> Options:
    """Cases closed in each of the last weeks, the running one last."""
    monday = (at.astimezone(zone()) - timedelta(days=at.astimezone(zone()).weekday())).date()
    starts = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    days = [moment.astimezone(zone()).date() for moment in closed]
    counted = Counter(day - timedelta(days=day.weekday()) for day in days)
    return {
        **_frame(),
        "xAxis": _category_axis([f"{start:%m-%d}" for start in starts]),
        "yAxis": _value_axis(minInterval=1),
        "series": [
            {
                "type": "bar",
                "name": _("Cases closed"),
                "data": [counted[start] for start in starts],
                "barMaxWidth": 22,
                "itemStyle": {"color": BLUE, "borderRadius": [3, 3, 0, 0]},
            }
        ],
    }


def ranked_bars(
    rows: Sequence[tuple[str, float]], *, name: str, seconds: bool = False, addresses: Mapping[str, str] | None = None
) -> Options:
    """The largest on top; with `seconds` the axis shows days."""
    options = _frame()
    options["tooltip"] |= {"days": _("days")} if seconds else {}
    return {
        **options,
        "xAxis": _value_axis(days=seconds),
        "yAxis": _category_axis(
            [label for label, _value in rows],
            inverse=True,
            axisLabel={"color": INK, "width": 180, "overflow": "truncate"},
        ),
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": [value for _label, value in rows],
                "barMaxWidth": 18,
                "itemStyle": {"color": ORANGE, "borderRadius": [0, 3, 3, 0]},
            }
        ],
        "addresses": dict(addresses or {}),
    }


def lines(
    x: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    *,
    seconds: bool = False,
    percent: bool = False,
) -> Options:
    options = _frame()
    options["tooltip"] |= {"days": _("days")} if seconds else {}
    options["tooltip"] |= {"percent": True} if percent else {}
    options["grid"]["top"] = 36
    colours = (BLUE, ORANGE, GREEN, GREY, RED)
    return {
        **options,
        "legend": {"top": 0, "left": 0, "textStyle": {"color": INK}},
        "xAxis": _category_axis(x),
        "yAxis": _value_axis(days=seconds, percent=percent),
        "series": [
            {
                "type": "line",
                "name": name,
                "data": list(values),
                "symbolSize": 5,
                "connectNulls": True,
                "lineStyle": {"width": 2},
                "itemStyle": {"color": colours[i % len(colours)]},
            }
            for i, (name, values) in enumerate(series)
        ],
    }


def grouped_bars(x: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], *, seconds: bool = False) -> Options:
    options = lines(x, series, seconds=seconds)
    for one in options["series"]:
        one |= {"type": "bar", "barMaxWidth": 20}
    return options
