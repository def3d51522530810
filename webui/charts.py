"""Charts as plain data for ECharts; the browser draws them from a `data-chart` attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from webui.formats import zone
from webui.language import gettext as _

Options = dict[str, Any]
BLUE = "#2f74c0"
INK, LINE = "#5d6b7a", "#e6ebf1"


def _frame() -> Options:
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit", "color": INK},
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 8, "containLabel": True},
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
