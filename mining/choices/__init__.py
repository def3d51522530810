"""What decides at each gateway: learnt from what was known there, as a table that can become DMN, beside what is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from mining.choices.drawn import drawn_names, drawn_outcome, same
from mining.choices.learning import Learnt, learn_choice
from mining.choices.moments import Decision, Decisions, decisions
from mining.choices.table import as_dmn, plain_table
from mining.choices.tree import decided
from mining.findings import ENOUGH, Evidence, Finding, Kind
from mining.reading import Models
from mining.shares import wilson

__all__ = ["Choices", "Decision", "Decisions", "as_dmn", "choices", "decisions", "learn_choice"]

SHOWN = 5  # cases that are named as examples


@dataclass(frozen=True)
class Choices:
    """The findings, and how many cases could be replayed and how many could not."""

    findings: tuple[Finding, ...]
    fitting: int
    misfitting: int


def choices(log: EventLog, models: Models, *, seed: int = 0) -> Choices:
    """Findings of each gateway at which cases went different ways.

    Measure `learnt`: `value` is by how much a table learnt from earlier cases is more often right on later ones than to expect what
    most did; `evidence["table"]` is that table (`as_dmn` gives it as DMN) where it tells anything. Measure `behind`: the same
    without the variables of the drawn conditions, only where it tells: what the answers depend on. Measure `undated`: also from what the row of the case
    says, only where such a table is more often right; since when that was known the log does not say. Measure `by_passed`: cases that
    went another way than the drawn conditions say for what was known.
    """
    found = decisions(log, models)
    findings = [
        finding
        for model, gateway, made in _by_gateway(found, models)
        for finding in _of_gateway(model, gateway, made, seed)
    ]
    return Choices(tuple(findings), found.fitting, found.misfitting)


def _by_gateway(found: Decisions, models: Models) -> Iterator[tuple[ProcessModel, str, list[Decision]]]:
    """The decisions at the gateways of the newest version that has them with the same flows; the most frequent first."""
    groups: dict[tuple[str, frozenset[str]], list[Decision]] = {}
    drawings: dict[tuple[str, frozenset[str]], ProcessModel] = {}
    for version in sorted(models, key=lambda number: number or 0):
        for made in (d for d in found.made if d.version == version):
            key = made.gateway, frozenset(flow.id for flow in models[version].outgoing(made.gateway))
            groups.setdefault(key, []).append(made)
            drawings[key] = models[version]
    for key in sorted(groups, key=lambda key: (-len(groups[key]), key[0])):
        yield drawings[key], key[0], groups[key]


def _of_gateway(model: ProcessModel, gateway: str, made: Sequence[Decision], seed: int) -> Iterator[Finding]:
    ways = Counter(d.outcome for d in made)
    said = [drawn_outcome(model, gateway, d.known) for d in made]
    if len(ways) > 1 or any(said):
        learnt = learn_choice(made, seed=seed)
        yield _learnt(model, gateway, made, learnt, said)
        yield from _with_undated(model, gateway, made, learnt, seed)
    asked = drawn_names(model, gateway)
    if asked and len(ways) > 1:
        before = [replace(d, known={name: value for name, value in d.known.items() if name not in asked}) for d in made]
        behind = learn_choice(before, seed=seed)
        if behind is not None and behind.tells:
            yield replace(_learnt(model, gateway, before, behind, [None] * len(made)), measure="behind")
    by_passed = [d for d, drawn in zip(made, said, strict=True) if drawn is not None and not same(drawn, d.outcome)]
    if by_passed:
        yield _by_passed(model, gateway, made, by_passed, sum(drawn is not None for drawn in said))


def _with_undated(
    model: ProcessModel, gateway: str, made: Sequence[Decision], learnt: Learnt | None, seed: int
) -> Iterator[Finding]:
    if not any(d.undated.keys() - d.known.keys() for d in made):
        return
    more = [replace(d, known={**d.undated, **d.known}) for d in made]
    found = learn_choice(more, seed=seed)
    least = learnt.accuracy if learnt is not None and learnt.tells else 0
    if found is not None and found.tells and found.accuracy > least:
        yield replace(_learnt(model, gateway, more, found, [None] * len(made)), measure="undated")


def _ways(model: ProcessModel, gateway: str, made: Sequence[Decision]) -> list[Evidence]:
    counts = Counter(d.outcome for d in made)
    return [
        {
            "outcome": outcome,
            "decisions": count,
            "flows": [
                {
                    "id": flow.id,
                    "to": flow.target,
                    "names": {"zh": flow.name, **flow.names},
                    "condition": flow.condition,
                }
                for flow in model.outgoing(gateway)
                if flow.id in outcome.split("+")
            ],
        }
        for outcome, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _learnt(
    model: ProcessModel, gateway: str, made: Sequence[Decision], learnt: Learnt | None, said: Sequence[str | None]
) -> Finding:
    evidence: dict[str, Evidence] = {
        "decisions": len(made),
        "before": [flow.source for flow in model.incoming(gateway)],
        "ways": _ways(model, gateway, made),
        "tells": learnt is not None and learnt.tells,
        "drawn": _agreement(made, said, learnt),
    }
    if learnt is not None:
        evidence |= {
            "table": plain_table(learnt.tree) if learnt.tells else None,
            "learnt_from": learnt.learnt_from,
            "tried_on": learnt.tried_on,
            "accuracy": learnt.accuracy,
            "accuracy_interval": list(learnt.accuracy_interval),
            "usual": learnt.usual,
            "covered": learnt.covered,
            "alike": learnt.alike,
            "torn": learnt.torn,
        }
    return Finding(
        kind=Kind.CHOICE,
        subject=(gateway,),
        measure="learnt",
        value=learnt.gain if learnt else 0.0,
        unit="share",
        cases=len({d.case for d in made}),
        interval=learnt.gain_interval if learnt else None,
        insufficient=learnt is None,
        evidence=evidence,
    )


def _agreement(made: Sequence[Decision], said: Sequence[str | None], learnt: Learnt | None) -> Evidence:
    """How often the drawn conditions could be told, agree with what cases did, and with what was learnt; None where none are drawn."""
    told = [(d, drawn) for d, drawn in zip(made, said, strict=True) if drawn is not None]
    if not told:
        return None
    kept = sum(same(drawn, d.outcome) for d, drawn in told)
    agreed = None if learnt is None else sum(same(drawn, decided(learnt.tree, d.known).outcome) for d, drawn in told)
    return {"told": len(told), "kept": kept, "agrees_with_learnt": agreed}


def _by_passed(
    model: ProcessModel, gateway: str, made: Sequence[Decision], by_passed: Sequence[Decision], told: int
) -> Finding:
    cases = list(dict.fromkeys(d.case for d in by_passed))
    return Finding(
        kind=Kind.CHOICE,
        subject=(gateway,),
        measure="by_passed",
        value=float(len(cases)),
        unit="cases",
        cases=len(cases),
        share=len(by_passed) / told,
        insufficient=told < ENOUGH,
        evidence={
            "decisions": len(by_passed),
            "eligible": told,
            "share_of": "decisions",
            "share_interval": list(wilson(len(by_passed), told)),
            "examples": list(cases[:SHOWN]),
            "ways": _ways(model, gateway, by_passed),
            "before": [flow.source for flow in model.incoming(gateway)],
        },
    )
