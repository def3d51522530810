"""When open cases will end."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
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
}
