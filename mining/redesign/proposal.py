"""A proposal: the changes, the drawing after them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.changes import Change
from bpmn.model import ProcessModel
from mining.simulation import Scenario


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A redesign: the changes, the model after them, and why.

    `code` names the sentence of the reason for translation and `evidence` fills it. `gain` is a bound of what each case
    can save on average, in seconds of working time; what it will save, the simulation says. `shares` are what a simulation
    must assume of branches that no log knows yet.
    """

    key: str
    kind: str
    changes: tuple[Change, ...]
    code: str
    evidence: Mapping[str, Any]
    gain: float
    model: ProcessModel
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return REASONS[self.code].format(**self.evidence)

    def scenario(self, learnt: Scenario) -> Scenario:
        """The learnt scenario with what the proposal states about its new branches."""
        return learnt.assuming(choices=self.shares)


REASONS: Mapping[str, str] = {
    "parallelise": (
        "{activities} follow one another in {cases} cases and need nothing of each other's data; "
        "the shorter of them takes {hours:.1f} working hours per case on average."
    ),
    "drop": (
        "{activity} let {passed} of {cases} cases pass; that it holds one back is rarer than {bound:.1%} "
        "(95 % confidence), and nothing later needs what it finds out. It takes {hours:.1f} working hours per case."
    ),
    "drop_few": (
        "{activity} let {passed} of {cases} cases pass, too few to be sure: it may hold back up to {bound:.1%} (95 % "
        "confidence). Nothing later needs what it finds out. It takes {hours:.1f} working hours per case."
    ),
    "automate": (
        "Where {condition}, {activity} let {passed} of {cases} cases pass; that it holds one back is rarer than {bound:.1%} "
        "(95 % confidence). That is {covered:.0%} of its cases, at {hours:.1f} working hours each."
    ),
    "hand_over": (
        "Before {activity} cases wait {hours:.1f} working hours on average, {share:.0%} of all waiting for officers. "
        "Its {officers} officers are busy {busy:.0%} of their hours with this procedure, the {others} of {post} only {idle:.0%}."
    ),
}
