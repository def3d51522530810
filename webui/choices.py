"""What decides at the gateways, in words: the ways that cases took, the learnt table and what the drawing says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bpmn.decisions import DecisionModel, DecisionTable, describe
from mining.choices import as_dmn
from mining.findings import Finding
from webui.influences import Fields
from webui.language import current_language
from webui.language import gettext as _


@dataclass(frozen=True, slots=True)
class Way:
    outcome: str
    name: str
    decisions: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A gateway: the ways taken, and where a table tells more than the most frequent way, its sentences."""

    gateway: str
    name: str
    measure: str
    cases: int
    ways: tuple[Way, ...]
    sentences: tuple[str, ...]
    evidence: Mapping[str, Any]
    gain: float
    gain_interval: tuple[float, float] | None
    share: float | None
    insufficient: bool


def shown_choices(findings: tuple[Finding, ...], label: Callable[[str], str], fields: Fields) -> list[Choice]:
    """Every gateway of the findings; those with a table first, what stands behind an answer after it."""
    rows = [_choice(finding, label, fields) for finding in findings]
    return sorted(rows, key=lambda row: (not row.sentences, row.insufficient, row.name, row.measure != "learnt"))


def _choice(finding: Finding, label: Callable[[str], str], fields: Fields) -> Choice:
    evidence: Any = finding.evidence
    [gateway] = finding.subject
    total = sum(way["decisions"] for way in evidence["ways"]) or 1
    ways = tuple(
        Way(way["outcome"], _way_name(way, label), way["decisions"], way["decisions"] / total)
        for way in evidence["ways"]
    )
    name = gateway_name(finding, label)
    table = evidence.get("table")
    return Choice(
        gateway=gateway,
        name=name,
        measure=finding.measure,
        cases=finding.cases,
        ways=ways,
        sentences=_sentences(gateway, name, table, {way.outcome: way.name for way in ways}, fields) if table else (),
        evidence=evidence,
        gain=finding.value,
        gain_interval=finding.interval,
        share=finding.share,
        insufficient=finding.insufficient,
    )


def gateway_name(finding: Finding, label: Callable[[str], str]) -> str:
    """Its own name, or after which step it stands."""
    [gateway] = finding.subject
    own = label(gateway)
    before: Any = finding.evidence["before"]
    if own != gateway or not before:
        return own
    return _("after “%(step)s”", step=label(before[0]))


def _way_name(way: Mapping[str, Any], label: Callable[[str], str]) -> str:
    """The flows by their names, or by where they lead."""
    names = []
    for flow in way["flows"]:
        own = flow["names"].get(current_language()) or flow["names"].get("zh")
        names.append(own or _("to “%(step)s”", step=label(flow["to"])))
    return " + ".join(names) or way["outcome"]


def _sentences(
    gateway: str, name: str, table: Mapping[str, Any], ways: Mapping[str, str], fields: Fields
) -> tuple[str, ...]:
    [decision] = as_dmn(gateway, name, table).decisions
    assert isinstance(decision.expression, DecisionTable)
    labelled = tuple(replace(each, label=fields(each.expression, None)[0]) for each in decision.expression.inputs)
    outputs = tuple(replace(each, label=_("the way")) for each in decision.expression.outputs)
    worded = replace(decision, expression=replace(decision.expression, inputs=labelled, outputs=outputs))

    def shown(variable: str, value: object) -> str:
        return ways.get(str(value), str(value)) if variable == decision.variable else fields(variable, value)[1]

    return tuple(describe(worded, current_language(), shown))


def decision_of(
    findings: tuple[Finding, ...], gateway: str, label: Callable[[str], str], measure: str = "learnt"
) -> DecisionModel | None:
    """The table of a gateway as a decision model; None where there is none."""
    for finding in findings:
        table: Any = finding.evidence.get("table")
        if finding.subject == (gateway,) and finding.measure == measure and table:
            return as_dmn(gateway, gateway_name(finding, label), table)
    return None
