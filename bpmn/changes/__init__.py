"""Redesign as edits of the drawing: frozen changes, applied by pure functions that refuse what would break the procedure."""

from bpmn.changes.applying import CHANGES, apply
from bpmn.changes.kinds import (
    Automate,
    Change,
    Drop,
    HandOver,
    Merge,
    Move,
    Parallelise,
    Retime,
    Triage,
    change_from_dict,
)
from bpmn.changes.kinds import as_dict as change_as_dict
from bpmn.dependence import Materials
from bpmn.errors import ChangeRefused

__all__ = [
    "CHANGES",
    "Automate",
    "Change",
    "ChangeRefused",
    "Drop",
    "HandOver",
    "Materials",
    "Merge",
    "Move",
    "Parallelise",
    "Retime",
    "Triage",
    "apply",
    "change_as_dict",
    "change_from_dict",
]
