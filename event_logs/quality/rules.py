"""The rules of data quality: what each asks of a piece of work, where in the life of a fact, and which post answers for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import ibis

Test: TypeAlias = Callable[[Any], Any]  # a table of work to a boolean column of it


class Dimension(StrEnum):
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    TIMELINESS = "timeliness"
    CONSISTENCY = "consistency"
    UNIQUENESS = "uniqueness"


class Stage(StrEnum):
    """Where in the life of a fact a defect comes about."""

    CAPTURE = "capture"
    ENTRY = "entry"
    REVIEW = "review"
    STORAGE = "storage"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Rule:
    """`asked` says of which work the rule asks something, `broken` which of that it finds defective; `post` answers for it."""

    key: str
    dimension: Dimension
    stage: Stage
    post: str
    asked: Test
    broken: Test


LATE_US = 24 * 3_600_000_000


def _always(work: Any) -> Any:
    return ibis.literal(True)


def _defect(kind: str) -> Test:
    return lambda work: (work.defect == kind).fill_null(False)


RULES = (
    Rule(
        "officer_known",
        Dimension.COMPLETENESS,
        Stage.ENTRY,
        "reception",
        lambda w: w.of_people,
        lambda w: w.officer.isnull(),
    ),
    Rule(
        "office_known",
        Dimension.COMPLETENESS,
        Stage.STORAGE,
        "administrator",
        lambda w: w.has_offices,
        lambda w: w.office.isnull(),
    ),
    Rule(
        "start_known",
        Dimension.COMPLETENESS,
        Stage.CAPTURE,
        "reception",
        lambda w: w.of_starts,
        lambda w: w.started.isnull(),
    ),
    Rule("label_clean", Dimension.ACCURACY, Stage.CAPTURE, "administrator", _always, _defect("polluted")),
    Rule("label_spelled", Dimension.ACCURACY, Stage.ENTRY, "reception", _always, _defect("distorted")),
    Rule("own_time", Dimension.ACCURACY, Stage.ENTRY, "reception", _always, lambda w: w.one_form),
    Rule("not_ahead", Dimension.ACCURACY, Stage.STORAGE, "administrator", _always, lambda w: w.completed > w.now),
    Rule(
        "entered_in_time",
        Dimension.TIMELINESS,
        Stage.ENTRY,
        "reception",
        lambda w: w.previous_position.notnull(),
        lambda w: w.entered_late,
    ),
    Rule(
        "start_before_end",
        Dimension.CONSISTENCY,
        Stage.REVIEW,
        "second_review",
        lambda w: w.started.notnull(),
        lambda w: w.started > w.completed,
    ),
    Rule("one_name", Dimension.CONSISTENCY, Stage.STORAGE, "administrator", _always, _defect("synonymous")),
    Rule("one_meaning", Dimension.CONSISTENCY, Stage.USE, "process_owner", _always, _defect("homonymous")),
    Rule("told_once", Dimension.UNIQUENESS, Stage.STORAGE, "administrator", _always, lambda w: w.twin > 0),
)
BY_KEY = {rule.key: rule for rule in RULES}
