"""Redesigns that the facts suggest: rules over a log that give changes of the drawing, each with its evidence.

The rules follow heuristics of Reijers and Liman Mansar (Omega 33, 2005): parallelism, task elimination, task automation and
flexible assignment. A rule only proposes what `bpmn.changes.apply` lets pass, and says what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bpmn.model import ProcessModel
from bpmn.procedure import Procedure
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import Diagnosis
from mining.redesign.facts import Facts, facts_of
from mining.redesign.idle_hands import idle_hands
from mining.redesign.not_needed import not_needed
from mining.redesign.proposal import REASONS, Proposal
from mining.redesign.side_by_side import side_by_side

__all__ = ["REASONS", "RULES", "Proposal", "propose"]


def propose(
    diagnosis: Diagnosis | None,
    log: EventLog,
    procedure: Procedure | ProcessModel,
    *,
    calendar: WorkingCalendar | None = None,
) -> list[Proposal]:
    """What the rules find, the largest possible gain first. The diagnosis lends its ranks to the evidence.

    Of a bare model forms and decisions are unknown, so activities that use them are left as they are.
    """
    facts = facts_of(diagnosis, log, procedure, calendar or WorkingCalendar.china())
    found = [proposal for rule in RULES.values() for proposal in rule(facts)]
    return sorted(found, key=lambda proposal: (-proposal.gain, proposal.key))


RULES: Mapping[str, Callable[[Facts], Iterator[Proposal]]] = {
    "side_by_side": side_by_side,
    "not_needed": not_needed,
    "idle_hands": idle_hands,
}
