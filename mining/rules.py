"""Rules of a procedure that recorded events can break: the right post, four eyes, the drawn time limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bpmn.model import Activity, ProcessModel
from event_logs.working_time import WorkingCalendar
from mining.findings import ENOUGH, Finding, Kind, ranked
from mining.shares import wilson
from mining.timeliness import by_office, late_pieces, span_of
from mining.work import UNKNOWN, Work

Rows = npt.NDArray[np.bool_]


class Rule(StrEnum):
    WRONG_POST = "wrong_post"  # done by an officer of a post that the procedure does not name for it
    FOUR_EYES = "four_eyes"  # done by an officer who had also done an activity that must be another's
    LATE = "late"  # completed after its own time limit


@dataclass(frozen=True)
class _Checked:
    rule: Rule
    activity: str
    broken: Rows
    eligible: Rows


def broken_rules(
    work: Work, models: Mapping[int | None, ProcessModel], calendar: WorkingCalendar | None
) -> tuple[Finding, ...]:
    """Each rule that was broken at all, by the number of cases; `share` is of the cases in which it could be checked."""
    checks: dict[tuple[Rule, str], _Checked] = {}
    for version in np.unique(work.version):
        model = models.get(int(version) if version != UNKNOWN else None, models.get(None))
        if model is not None:
            for check in _checks(work, work.version == version, model, calendar):
                known = checks.get((check.rule, check.activity))
                checks[check.rule, check.activity] = _both(known, check) if known else check
    return ranked(_finding(work, check) for check in checks.values() if check.broken.any())


def _both(one: _Checked, other: _Checked) -> _Checked:
    return _Checked(one.rule, one.activity, one.broken | other.broken, one.eligible | other.eligible)


def _checks(work: Work, here: Rows, model: ProcessModel, calendar: WorkingCalendar | None) -> Iterator[_Checked]:
    for activity in model.activities:
        if activity.id not in work.activity.names:
            continue
        code = work.activity.names.index(activity.id)
        rows = here & (work.activity.codes == code)
        yield _posts(work, rows, activity, frozenset(model.posts(activity.id)))
        yield _four_eyes(work, rows, here, activity)
        span = span_of(activity.due) if activity.due else None
        if span is not None and calendar is not None:
            late = late_pieces(work, code, span, calendar, here)
            yield _Checked(Rule.LATE, activity.id, late, rows & ~np.isnat(work.enabled))


def _posts(work: Work, rows: Rows, activity: Activity, allowed: frozenset[str]) -> _Checked:
    known = rows & (work.post.codes != UNKNOWN) if allowed else np.zeros(len(work), np.bool_)
    codes = [code for code, name in enumerate(work.post.names) if name in allowed]
    return _Checked(Rule.WRONG_POST, activity.id, known & ~np.isin(work.post.codes, codes), known)


def _four_eyes(work: Work, rows: Rows, here: Rows, activity: Activity) -> _Checked:
    others = [code for code, name in enumerate(work.activity.names) if name in activity.four_eyes]
    known = work.officer.codes != UNKNOWN
    pair = work.case * (len(work.officer.names) + 1) + work.officer.codes
    theirs = here & known & np.isin(work.activity.codes, others)
    together = np.isin(work.case, work.case[theirs])
    eligible = rows & known & together
    return _Checked(Rule.FOUR_EYES, activity.id, eligible & np.isin(pair, pair[theirs]), eligible)


def _finding(work: Work, check: _Checked) -> Finding:
    cases = len(np.unique(work.case[check.broken]))
    of = len(np.unique(work.case[check.eligible]))
    names = np.array([*work.office.names, None], dtype=object)
    return Finding(
        kind=Kind.RULE_BROKEN,
        subject=(check.activity,),
        measure=check.rule.value,
        value=float(cases),
        unit="cases",
        share=cases / of if of else None,
        cases=cases,
        insufficient=of < ENOUGH,
        evidence={
            "occurrences": int(check.broken.sum()),
            "eligible": of,
            "share_of": "eligible",
            "share_interval": list(wilson(cases, of)),
            "offices": by_office(names[work.office.codes], check.broken, check.eligible),
        },
    )
