"""The rules by subject: what a drawing can break, of the standard and of what the engine needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bpmn.validation.rule import Rule
from bpmn.validation.rules.activities import ACTIVITIES
from bpmn.validation.rules.boundaries import BOUNDARIES
from bpmn.validation.rules.data import DATA
from bpmn.validation.rules.diagram import DIAGRAM
from bpmn.validation.rules.events import EVENTS
from bpmn.validation.rules.expressions import EXPRESSIONS
from bpmn.validation.rules.flows import FLOWS
from bpmn.validation.rules.gateways import GATEWAYS
from bpmn.validation.rules.names import NAMES
from bpmn.validation.rules.participants import PARTICIPANTS
from bpmn.validation.rules.people import PEOPLE
from bpmn.validation.rules.scopes import SCOPES

DRAWN: Final[Mapping[str, tuple[Rule, ...]]] = {
    "names": NAMES,
    "flows": FLOWS,
    "scopes": SCOPES,
    "gateways": GATEWAYS,
    "events": EVENTS,
    "boundaries": BOUNDARIES,
    "activities": ACTIVITIES,
    "people": PEOPLE,
    "data": DATA,
    "participants": PARTICIPANTS,
    "expressions": EXPRESSIONS,
    "diagram": DIAGRAM,
}
