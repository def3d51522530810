"""Assesses a log: every rule on every piece of work, with scores and evidence for the log, its offices and its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import ibis
from ibis import _

from event_logs.log import EventLog
from event_logs.performed import performed
from event_logs.quality.defects import Defects, defects
from event_logs.quality.rules import LATE_US, RULES, Dimension

MOST_EVIDENCE = 8
USUALLY = 0.5  # a field that half of the work has is expected of all


@dataclass(frozen=True, slots=True)
class Evidence:
    """An activity that broke a rule, how often, and one case where it did."""

    activity: str
    times: int
    case_id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: so many of the pieces of work that it asks about are defective."""

    rule: str
    broken: int
    asked: int
    evidence: tuple[Evidence, ...] = ()

    @property
    def score(self) -> float:
        return 1 - self.broken / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """An office or a post: its score (1 = nothing is wrong), and how often its work broke each rule, the most first."""

    score: float
    broken: Mapping[str, int]


@dataclass(frozen=True)
class Assessment:
    """The findings of every rule that had something to ask, and what they are for each of the offices and posts."""

    log: str
    at: datetime
    findings: tuple[Finding, ...]
    offices: Mapping[str, Part]
    posts: Mapping[str, Part]
    defects: Defects

    @property
    def dimensions(self) -> dict[Dimension, float]:
        """The score of each dimension: the share of work that passes its rules, on average."""
        return scores_by_dimension(self.findings)

    @property
    def score(self) -> float:
        dimensions = self.dimensions
        return sum(dimensions.values()) / len(dimensions) if dimensions else 1.0


def scores_by_dimension(findings: tuple[Finding, ...]) -> dict[Dimension, float]:
    by_key = {finding.rule: finding.score for finding in findings}
    found = {}
    for dimension in Dimension:
        scores = [by_key[rule.key] for rule in RULES if rule.dimension is dimension and rule.key in by_key]
        if scores:
            found[dimension] = sum(scores) / len(scores)
    return found


def assess(log: EventLog, *, now: datetime) -> Assessment:
    """The quality of a log now; the labels are judged by `defects`, everything else by one pass over the performed work."""
    wrong = defects(log)
    work = ibis.memtable(_work(log, wrong, now).to_pyarrow())
    totals = _sums(work)
    findings = tuple(
        Finding(rule.key, totals[f"{rule.key}_broken"], totals[f"{rule.key}_asked"], tuple(_evidence(work, rule.key)))
        for rule in RULES
        if totals[f"{rule.key}_asked"]
    )
    return Assessment(log.name, now, findings, _parts(work, "office"), _parts(work, "post"), wrong)


def _work(log: EventLog, wrong: Defects, now: datetime) -> ibis.Table:
    """Completed work with what the rules ask about, and a column `<rule>` that says whether it is broken (null: not asked)."""
    done = performed(log).filter(_.completed.notnull())
    names, forms = _names(wrong), _forms(wrong)
    done = done.left_join(names, done.activity == names.label).drop("label")
    earlier = names.select(earlier_label="label", earlier_meant="meant")
    done = done.left_join(earlier, done.previous_activity == earlier.earlier_label).drop("earlier_label")
    done = done.mutate(pair=_paired(_.earlier_meant.coalesce(_.previous_activity), _.meant.coalesce(_.activity)))
    done = done.left_join(forms, done.pair == forms.form).mutate(one_form=_.form.notnull() & (_.elapsed_us == 0))
    case = ibis.window(group_by="case_no", order_by=["completed", "position"])
    same = ibis.window(group_by=["case_no", "activity", "officer", "completed"], order_by="position")
    activity = ibis.window(group_by="activity")
    done = done.mutate(
        now=ibis.literal(now, "timestamp('UTC', 6)"),
        previous_position=_.position.lag().over(case),
        twin=ibis.row_number().over(same),
        of_people=_.officer.notnull().mean().over(activity) >= USUALLY,
        of_starts=_.started.notnull().mean().over(activity) >= USUALLY,
        has_offices=_.office.notnull().mean().over(ibis.window()) >= USUALLY,
    )
    done = done.mutate(entered_late=(_.position < _.previous_position) & (_.elapsed_us > LATE_US))
    return done.mutate(
        **{rule.key: ibis.ifelse(rule.asked(done), rule.broken(done).fill_null(False), None) for rule in RULES}
    ).select("case_id", "activity", "office", "post", *(rule.key for rule in RULES))


def _names(wrong: Defects) -> ibis.Table:
    rows = [("", "", "")]
    for kind in ("polluted", "distorted", "synonymous"):
        rows += [(label, wrong.names[label], kind) for label in getattr(wrong, kind)]
    rows += [
        (homonym.label, homonym.label, "homonymous") for homonym in wrong.homonymous if homonym.label not in wrong.names
    ]
    return ibis.memtable(rows, schema={"label": "string", "meant": "string", "defect": "string"})


def _forms(wrong: Defects) -> ibis.Table:
    rows = [("",), *((f"{form.first}\x1f{form.then}",) for form in wrong.form_based)]
    return ibis.memtable(rows, schema={"form": "string"})


def _paired(before: Any, activity: Any) -> Any:
    return before.concat("\x1f").concat(activity)


def _sums(work: ibis.Table, *keys: str) -> Any:
    sums = {f"{rule.key}_{what}": value for rule in RULES for what, value in _counted(work[rule.key]).items()}
    found = work.group_by(list(keys)).aggregate(**sums) if keys else work.aggregate(**sums)
    rows = found.to_pyarrow().to_pylist()
    return rows if keys else {name: int(value or 0) for name, value in rows[0].items()}


def _counted(broken: Any) -> dict[str, Any]:
    return {"broken": broken.sum(), "asked": broken.notnull().sum()}


def _parts(work: ibis.Table, key: str) -> dict[str, Part]:
    """Each office or post that the log knows."""
    parts = {}
    for row in _sums(work.filter(work[key].notnull()), key):
        findings = [Finding(rule.key, row[f"{rule.key}_broken"] or 0, row[f"{rule.key}_asked"] or 0) for rule in RULES]
        dimensions = scores_by_dimension(tuple(finding for finding in findings if finding.asked))
        score = sum(dimensions.values()) / len(dimensions) if dimensions else 1.0
        worst = sorted((finding for finding in findings if finding.broken), key=lambda finding: -finding.broken)
        parts[row[key]] = Part(score, {finding.rule: finding.broken for finding in worst})
    return dict(sorted(parts.items()))


def _evidence(work: ibis.Table, rule: str) -> Iterator[Evidence]:
    broken = work.filter(work[rule].fill_null(False)).group_by("activity")
    most = broken.aggregate(times=_.count(), case_id=_.case_id.min()).order_by(ibis.desc("times"), "activity")
    for row in most.limit(MOST_EVIDENCE).to_pyarrow().to_pylist():
        yield Evidence(row["activity"], row["times"], row["case_id"])


def part_as_dict(part: Part) -> dict[str, Any]:
    return {"score": str(part.score), "broken": dict(part.broken)}


def part_from_dict(told: Mapping[str, Any] | str) -> Part:
    """An older version of the product kept the score alone."""
    if isinstance(told, str):
        return Part(float(told), {})
    return Part(float(told["score"]), {rule: int(times) for rule, times in told["broken"].items()})


def finding_as_dict(finding: Finding) -> dict[str, Any]:
    return asdict(finding)


def finding_from_dict(told: Mapping[str, Any]) -> Finding:
    evidence = tuple(Evidence(e["activity"], int(e["times"]), e["case_id"]) for e in told["evidence"])
    return Finding(told["rule"], int(told["broken"]), int(told["asked"]), evidence)
