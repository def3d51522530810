"""Which column of a foreign table means what: proposed from names and data, confirmed or overridden by the user."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from event_logs.errors import UnreadableLog
from event_logs.reading.stamps import looks_counted, looks_like_time

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """Columns by their header (CSV) or attributes by their key (XES).

    `timestamp` is the completion where `start_timestamp` is given too. `zone` is that of times without one; `timestamp_format` is
    a `strptime` pattern where the times are written in a way of their own; `day_first` overrides what the column seems to say.
    `statuses` says that the lifecycle is a status (`reading.statuses` tells what is taken for what).
    """

    case_id: str
    activity: str
    timestamp: str
    start_timestamp: str | None = None
    resource: str | None = None
    lifecycle: str | None = None
    instance: str | None = None
    post: str | None = None
    office: str | None = None
    zone: str = DEFAULT_ZONE
    timestamp_format: str | None = None
    day_first: bool | None = None
    statuses: bool | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UnreadableLog(f"{self.zone!r} is no time zone; use a name such as {DEFAULT_ZONE!r}") from None

    def columns(self) -> dict[str, str]:
        """The meanings that are mapped, with their column."""
        return {
            meaning: column for meaning, column in asdict(self).items() if meaning in COLUMNS and column is not None
        }


COLUMNS = ("case_id", "activity", "timestamp", "start_timestamp", "resource", "lifecycle", "instance", "post", "office")
OPTIONS = tuple(field.name for field in fields(ColumnMapping) if field.name not in COLUMNS)
_SWITCHES = ("day_first", "statuses")
XES = ColumnMapping(
    case_id="concept:name",
    activity="concept:name",
    timestamp="time:timestamp",
    start_timestamp="start_timestamp",
    resource="org:resource",
    lifecycle="lifecycle:transition",
    instance="concept:instance",
    post="org:role",
    office="org:group",
)

# Names without blanks and marks, best first. What a tax office's own systems call them is among them.
_NAMES: Mapping[str, str] = {
    "case_id": (
        "caseconceptname caseid case casenumber caseno casekey traceid processinstanceid instanceid processid serviceid ticketid "
        "applicationid requestid orderid 办件编号 案件编号 案例编号 流程实例编号 流程编号 业务编号 受理编号 申请编号 文书号 案例 案件"
    ),
    "activity": (
        "conceptname activity activityname event eventname task taskname operation action step stage "
        "环节 环节名称 活动 活动名称 任务 任务名称 操作 步骤 节点 节点名称 事件"
    ),
    "timestamp": (
        "timetimestamp timestamp endtimestamp endtime enddate end completetimestamp completetime completiontime completed completedat "
        "finishtime finished eventtime datetime date time occurredat at "
        "完成时间 结束时间 办结时间 时间戳 时间 操作时间 办理时间 发生时间 日期"
    ),
    "start_timestamp": "starttimestamp starttime startdate start started startedat begintime begin 开始时间 接收时间 起始时间",
    "resource": (
        "orgresource resource resourcename user username officer agent employee performer worker operator staff originator "
        "办理人员 办理人 经办人 操作人 处理人 执行人 人员 资源"
    ),
    "lifecycle": "lifecycletransition lifecycle lifecyclestate transition eventtype 生命周期 操作类型",
    "instance": "conceptinstance instance activityinstance activityinstanceid taskid eventinstance 任务编号 活动实例",
    "post": "orgrole role post position agentposition 岗位 角色",
    "office": "orggroup group office department orgunit team 部门 机关 税务机关 单位 机构",
}
_REQUIRED = ("case_id", "activity", "timestamp")


@dataclass(frozen=True)
class Sample:
    """The header and the first rows of a table."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def cells(self, column: str) -> list[str]:
        index = list(self.header).index(column)
        return [row[index].strip() for row in self.rows if index < len(row) and row[index].strip()]


def propose_mapping(sample: Sample, given: Mapping[str, str] | None = None) -> ColumnMapping:
    """A mapping guessed from names first, then from the data; `given` meanings are kept. Raises UnreadableLog with what is missing."""
    chosen = _checked(dict(given or {}), sample.header)
    for meaning in COLUMNS:
        if meaning not in chosen:
            taken = {chosen[other] for other in chosen if other in COLUMNS}
            free = [column for column in sample.header if column not in taken]
            found = _by_name(meaning, free, sample) or _by_data(meaning, free, sample)
            if found:
                chosen[meaning] = found
    _refuse_incomplete(chosen, sample.header)
    return typed(chosen)


def overridden(mapping: ColumnMapping, given: Mapping[str, str]) -> ColumnMapping:
    """The mapping with these meanings replaced; raises UnreadableLog for a meaning that there is not."""
    _refuse_unknown(given)
    return replace(mapping, **{meaning: _option(meaning, value) for meaning, value in given.items()})  # type: ignore[arg-type]


def typed(values: Mapping[str, str]) -> ColumnMapping:
    return ColumnMapping(**{meaning: _option(meaning, value) for meaning, value in values.items()})  # type: ignore[arg-type]


def _option(meaning: str, value: str) -> str | bool:
    return value.strip().lower() in ("true", "yes", "1", "on") if meaning in _SWITCHES else value


def _checked(given: dict[str, str], header: Iterable[str]) -> dict[str, str]:
    _refuse_unknown(given)
    header = list(header)
    for meaning, column in given.items():
        if meaning in COLUMNS and column not in header:
            raise UnreadableLog(f"there is no column {column!r} for {meaning}; the columns are {_listed(header)}")
    return given


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for meaning in given:
        if meaning not in COLUMNS + OPTIONS:
            raise UnreadableLog(
                f"{meaning!r} is nothing that a column can mean; choose among {', '.join(COLUMNS + OPTIONS)}"
            )


def _refuse_incomplete(chosen: Mapping[str, str], header: Sequence[str]) -> None:
    missing = [meaning for meaning in _REQUIRED if meaning not in chosen]
    if any(column.startswith("ocel:") for column in header) and missing:
        raise UnreadableLog(
            "this is an object-centric log (OCEL), which has no single case; say which column is the case, "
            f"for example with case_id={next((c for c in header if c.startswith('ocel:type:')), header[0])}"
        )
    if missing:
        raise UnreadableLog(
            f"no column could be told to be the {' or the '.join(missing)}; say it with {'=…, '.join(missing)}=… "
            f"(the columns are {_listed(header)})"
        )


def _listed(header: Iterable[str]) -> str:
    return ", ".join(repr(column) for column in header)


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", name.lower())


def _by_name(meaning: str, free: Sequence[str], sample: Sample) -> str | None:
    fits = _FITS.get(meaning, bool)
    named = [(name, column) for name in _NAMES[meaning].split() for column in free if _plain(column) == name]
    return next((column for _, column in named if fits(sample.cells(column))), None)


def _by_data(meaning: str, free: Sequence[str], sample: Sample) -> str | None:
    guess = _GUESSES.get(meaning)
    return guess(free, sample) if guess else None


def _are_times(cells: Sequence[str]) -> bool:
    return not cells or sum(map(looks_like_time, cells)) >= 0.5 * len(cells) or all(map(looks_counted, cells))


def _are_no_times(cells: Sequence[str]) -> bool:
    return not cells or sum(map(looks_like_time, cells)) < 0.5 * len(cells)


_FITS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "timestamp": _are_times,
    "start_timestamp": lambda cells: bool(cells) and _are_times(cells),
    "activity": _are_no_times,
    "case_id": _are_no_times,
    "resource": _are_no_times,
    "lifecycle": _are_no_times,
}


def _a_time(free: Sequence[str], sample: Sample) -> str | None:
    times = [column for column in free if (cells := sample.cells(column)) and not _are_no_times(cells)]
    return times[-1] if times else None


def _a_case(free: Sequence[str], sample: Sample) -> str | None:
    """The first column called an id whose values come back."""
    return next(
        (column for column in free if _plain(column).endswith(("id", "编号")) and _comes_back(sample.cells(column))),
        None,
    )


def _an_activity(free: Sequence[str], sample: Sample) -> str | None:
    """The first column of words, few of them."""
    return next(
        (c for c in free if (cells := sample.cells(c)) and _are_words(cells) and len(set(cells)) < 0.2 * len(cells)),
        None,
    )


def _comes_back(cells: Sequence[str]) -> bool:
    return 1 < len(set(cells)) < 0.9 * len(cells)


def _are_words(cells: Sequence[str]) -> bool:
    return _are_no_times(cells) and not all(re.fullmatch(r"[\d.,+\-]*", cell) for cell in cells)


_GUESSES: Mapping[str, Callable[[Sequence[str], Sample], str | None]] = {
    "timestamp": _a_time,
    "case_id": _a_case,
    "activity": _an_activity,
}
