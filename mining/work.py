"""Pieces of work with what enabled them, how long they waited and how long they were worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bpmn.errors import NotCovered
from bpmn.model import Activity, ActivityKind, EventNode, Position, ProcessModel, Trigger
from event_logs.working_time import WorkingCalendar
from mining.concurrency import side_by_side

Codes = npt.NDArray[np.int64]
Stamps = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

UNKNOWN = -1  # the code of a text that was not recorded, and the microseconds of a time that is not known
AUTOMATIC = {ActivityKind.SERVICE, ActivityKind.RULE, ActivityKind.SCRIPT, ActivityKind.SEND, ActivityKind.CALL}


class Cause(IntEnum):
    """What a piece of work waited for."""

    NOTHING = 0  # no waiting is known of it, and none is meant: a start, an end, something alongside other work
    OFFICER = 1
    OUTSIDE = 2  # a message: the taxpayer, the treasury, another authority
    DATE = 3  # a timer
    ENGINE = 4  # an automatic step
    UNSPLIT = 5  # only its completion is known: waiting and processing cannot be told apart


@dataclass(frozen=True)
class Words:
    """Texts as codes: `names[code]`, sorted; UNKNOWN where nothing was recorded."""

    codes: Codes
    names: tuple[str, ...]


@dataclass(frozen=True)
class Pending:
    """Pieces of work that are not completed and say since when they wait: parallel arrays; `begun` is NaT for those that still wait."""

    case: Codes
    activity: Words
    since: Stamps
    begun: Stamps


@dataclass(frozen=True, kw_only=True)
class Work:
    """Completed pieces of work as parallel arrays, sorted by case, completion and recorded order.

    `enabler` is the row of the piece of work whose completion enabled this one, UNKNOWN where there is none. `enabled` is
    recorded or inferred, NaT where unknown. Times are microseconds: `waiting` (enabled until begun), `processing` (begun
    until completed, without suspension) and `elapsed` (since the enabler's completion) are UNKNOWN where they cannot be known;
    `working_…` are the same within the hours of the calendar (not of suspended work: when it paused is not in the row). `cases` are the names of all cases, also of those without work.
    """

    cases: tuple[str, ...]
    case: Codes
    activity: Words
    officer: Words
    post: Words
    office: Words
    version: Codes
    started: Stamps
    completed: Stamps
    enabled: Stamps
    recorded: Flags  # whether `enabled` was recorded, not inferred
    enabler: Codes
    cause: Codes
    waiting: Codes
    processing: Codes
    elapsed: Codes
    working_waiting: Codes
    working_processing: Codes
    working_elapsed: Codes
    pending: Pending
    unfinished: int  # pieces of work that were begun or scheduled and have no end
    inferred_concurrency: bool  # whether a model said which activities run side by side

    def __len__(self) -> int:
        return len(self.case)

    @property
    def processing_known(self) -> bool:
        """Whether any piece of work says when it was begun."""
        return bool((self.processing != UNKNOWN).any())

    def predecessor(self) -> Codes:
        """The activity code of each row's enabler, UNKNOWN where there is none."""
        return np.where(self.enabler >= 0, self.activity.codes[self.enabler], UNKNOWN)


def read_work(
    instances: ibis.Table,
    case_names: tuple[str, ...],
    models: Mapping[int | None, ProcessModel],
    calendar: WorkingCalendar | None,
) -> Work:
    """The work of a table with the columns of `event_logs.activity_instances`.

    `case_names` are all cases, sorted. Without recorded enablement, the enabler is the piece of work of the case that was
    completed last before this one was begun, passing over activities that the model lets run side by side with it.
    """
    table = instances.filter(~instances.withdrawn.fill_null(False)).to_pyarrow()
    done = table.filter(pc.is_valid(table["completed"]))
    columns = _Columns.of(done, case_names)
    concurrent = _concurrency(models, columns)
    cause = _causes(columns, models)
    pending = _pending(
        table.filter(pc.and_(pc.is_null(table["completed"]), pc.is_valid(table["scheduled"]))), case_names
    )
    return _timed(columns, cause, concurrent, calendar, case_names, pending, table.num_rows - done.num_rows)


def _pending(rows: pa.Table, case_names: tuple[str, ...]) -> Pending:
    cases, activities = _codes_of(rows["case_id"], case_names), _words(rows["activity"])
    return Pending(cases, activities, _stamps(rows["scheduled"]), _stamps(rows["started"]))


@dataclass(frozen=True)
class _Columns:
    """The rows in order, before anything is inferred."""

    case: Codes
    activity: Words
    officer: Words
    post: Words
    office: Words
    version: Codes
    scheduled: Stamps
    started: Stamps
    completed: Stamps
    suspended: Codes

    @staticmethod
    def of(table: pa.Table, case_names: tuple[str, ...]) -> _Columns:
        case = _codes_of(table["case_id"], case_names)
        completed = _stamps(table["completed"])
        order = np.lexsort((_integers(table["position"]), completed, case))
        table = table.take(pa.array(order))
        return _Columns(
            case=case[order],
            activity=_words(table["activity"]),
            officer=_words(table["officer"]),
            post=_words(table["post"]),
            office=_words(table["office"]),
            version=_integers(table["version"]),
            scheduled=_stamps(table["scheduled"]),
            started=_stamps(table["started"]),
            completed=completed[order],
            suspended=np.maximum(_integers(table["suspended_us"]), 0),
        )


def _words(column: pa.ChunkedArray) -> Words:
    names = tuple(sorted(str(name) for name in pc.unique(column.drop_null()).to_pylist()))
    return Words(_codes_of(column, names), names)


def _codes_of(column: pa.ChunkedArray, names: tuple[str, ...]) -> Codes:
    found = pc.index_in(column, value_set=pa.array(names, pa.string()), skip_nulls=True)
    codes: Codes = pc.fill_null(found, UNKNOWN).to_numpy().astype(np.int64)
    return codes


def _integers(column: pa.ChunkedArray) -> Codes:
    values: Codes = pc.fill_null(column.cast(pa.int64()), UNKNOWN).to_numpy().astype(np.int64)
    return values


def _stamps(column: pa.ChunkedArray) -> Stamps:
    stamps: Stamps = column.cast(pa.timestamp("us", "UTC")).to_numpy().astype("datetime64[us]")
    return stamps


def _model_of(models: Mapping[int | None, ProcessModel], version: int) -> ProcessModel | None:
    return models.get(version if version != UNKNOWN else None, models.get(None))


def _causes(columns: _Columns, models: Mapping[int | None, ProcessModel]) -> Codes:
    """By the model where there is one, else by what was recorded."""
    started = ~np.isnat(columns.started)
    scheduled = ~np.isnat(columns.scheduled)
    nobody = columns.officer.codes == UNKNOWN
    cause = np.where(started, Cause.OFFICER, np.where(scheduled & nobody, Cause.OUTSIDE, Cause.UNSPLIT)).astype(
        np.int64
    )
    for version in np.unique(columns.version):
        model = _model_of(models, int(version))
        if model is not None:
            here = columns.version == version
            cause[here] = _by_model(columns, here, cause[here], model)
    return cause


def _by_model(columns: _Columns, here: Flags, cause: Codes, model: ProcessModel) -> Codes:
    verdicts = np.array([cause_by_model(model, name) for name in columns.activity.names], dtype=np.int64)
    said = verdicts[columns.activity.codes[here]]
    unsplit = (cause == Cause.UNSPLIT) & (said != Cause.NOTHING) & ~np.isin(said, (Cause.OUTSIDE, Cause.DATE))
    return np.where((said == UNKNOWN) | unsplit, cause, said)


def cause_by_model(model: ProcessModel, name: str) -> int:
    """What an activity of the model waits for, UNKNOWN where the model does not decide it."""
    if not model.has(name):
        return UNKNOWN
    node = model.node(name)
    if isinstance(node, EventNode):
        waits = node.position is Position.CATCH or _ends_a_wait(model, node)
        outside = Cause.DATE if node.trigger is Trigger.TIMER else Cause.OUTSIDE
        return outside if waits else Cause.NOTHING
    if isinstance(node, Activity):
        if node.kind is ActivityKind.RECEIVE:
            return Cause.OUTSIDE
        if node.kind is ActivityKind.SUBPROCESS:
            return Cause.NOTHING
        return Cause.ENGINE if node.kind in AUTOMATIC else UNKNOWN
    return Cause.NOTHING


def _ends_a_wait(model: ProcessModel, event: EventNode) -> bool:
    """Whether it interrupts waiting for a message. Any other boundary event goes on beside the work that it is attached to."""
    if event.position is not Position.BOUNDARY or not event.interrupting or event.attached_to is None:
        return False
    host = model.node(event.attached_to)
    return isinstance(host, Activity) and host.kind is ActivityKind.RECEIVE


def _concurrency(models: Mapping[int | None, ProcessModel], columns: _Columns) -> dict[int, npt.NDArray[np.bool_]]:
    """By version: whether two activity codes can run side by side."""
    number = {name: code for code, name in enumerate(columns.activity.names)}
    matrices: dict[int, npt.NDArray[np.bool_]] = {}
    for version in np.unique(columns.version):
        model = _model_of(models, int(version))
        if model is None:
            continue
        try:
            pairs = side_by_side(model)
        except NotCovered:
            continue  # the report says that nothing was passed over: `inferred_concurrency` is False
        matrix = np.zeros((len(number), len(number)), dtype=np.bool_)
        for one, other in pairs:
            if one in number and other in number:
                matrix[number[one], number[other]] = True
        matrices[int(version)] = matrix
    return matrices


def _timed(
    columns: _Columns,
    cause: Codes,
    concurrent: dict[int, npt.NDArray[np.bool_]],
    calendar: WorkingCalendar | None,
    case_names: tuple[str, ...],
    pending: Pending,
    unfinished: int,
) -> Work:
    recorded = ~np.isnat(columns.scheduled)
    begun = np.where(np.isnat(columns.started), columns.completed, columns.started)
    known_from = np.where(recorded, np.minimum(columns.scheduled, begun), begun)
    enabler = _enablers(columns, known_from, concurrent)
    before = np.where(enabler >= 0, columns.completed[enabler], np.datetime64("NaT"))
    enabled = np.where(recorded, known_from, before)
    enabled = np.where(recorded | (cause != Cause.UNSPLIT), enabled, np.datetime64("NaT"))
    waits = np.isin(cause, (Cause.OFFICER, Cause.OUTSIDE, Cause.DATE, Cause.ENGINE)) & ~np.isnat(enabled)
    finished = ~np.isnat(columns.started)
    unsplit = cause == Cause.UNSPLIT
    since = np.where(unsplit & recorded, known_from, before)
    waiting, working_waiting = _spans(enabled, begun, waits, calendar)
    processing, working_processing = _spans(columns.started, columns.completed, finished, calendar)
    elapsed, working_elapsed = _spans(since, columns.completed, unsplit & ~np.isnat(since), calendar)
    return Work(
        cases=case_names,
        case=columns.case,
        activity=columns.activity,
        officer=columns.officer,
        post=columns.post,
        office=columns.office,
        version=columns.version,
        started=columns.started,
        completed=columns.completed,
        enabled=enabled,
        recorded=recorded,
        enabler=enabler,
        cause=cause,
        waiting=waiting,
        processing=np.where(finished, np.maximum(processing - columns.suspended, 0), UNKNOWN),
        elapsed=elapsed,
        working_waiting=working_waiting,
        working_processing=np.where(columns.suspended > 0, UNKNOWN, working_processing),
        working_elapsed=working_elapsed,
        pending=pending,
        unfinished=unfinished,
        inferred_concurrency=bool(concurrent),
    )


def _spans(begin: Stamps, end: Stamps, known: Flags, calendar: WorkingCalendar | None) -> tuple[Codes, Codes]:
    """Microseconds and working microseconds from begin to end where known; the latter all UNKNOWN without a calendar."""
    length, working = np.full(len(begin), UNKNOWN), np.full(len(begin), UNKNOWN)
    length[known] = np.maximum((end[known] - begin[known]).astype("timedelta64[us]").astype(np.int64), 0)
    if calendar is not None and known.any():
        last = np.maximum(begin[known], end[known])
        working[known] = calendar.microseconds(begin[known], last).astype(np.int64)
    return length, working


def _enablers(columns: _Columns, by: Stamps, concurrent: dict[int, npt.NDArray[np.bool_]]) -> Codes:
    """The last row of the same case completed no later than `by` and before the row itself, none side by side with it."""
    instants = np.unique(np.concatenate([columns.completed, by]))
    keys = columns.case * len(instants) + np.searchsorted(instants, columns.completed)
    wanted = columns.case * len(instants) + np.searchsorted(instants, by)
    rows = np.arange(len(by))
    found = np.minimum(np.searchsorted(keys, wanted, side="right") - 1, rows - 1)
    first = np.searchsorted(columns.case, columns.case, side="left")
    for version, matrix in concurrent.items():
        here = np.flatnonzero(columns.version == version)
        found[here] = _passed_over(found[here], here, first, columns.activity.codes, matrix)
    return np.where(found >= first, found, UNKNOWN)


def _passed_over(found: Codes, here: Codes, first: Codes, activity: Codes, matrix: npt.NDArray[np.bool_]) -> Codes:
    while True:
        beside = (found >= first[here]) & matrix[activity[here], activity[found]]
        if not beside.any():
            return found
        found = np.where(beside, found - 1, found)
