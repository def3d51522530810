"""Applying a change: one function per kind, a table of them, and what all of them must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpmn.changes.automating import automate
from bpmn.changes.dropping import drop
from bpmn.changes.guarding import still_sound
from bpmn.changes.handing_over import hand_over
from bpmn.changes.kinds import Automate, Change, Drop, HandOver, Merge, Move, Parallelise, Retime, Triage
from bpmn.changes.merging import merge
from bpmn.changes.moving import move
from bpmn.changes.parallelising import parallelise
from bpmn.changes.retiming import retime
from bpmn.changes.triaging import triage
from bpmn.dependence import NOTHING, Materials
from bpmn.layout import lay_out
from bpmn.model import ProcessModel


def apply(model: ProcessModel, *changes: Change, materials: Materials = NOTHING) -> ProcessModel:
    """The model after the changes, one after the other, laid out; raises ChangeRefused with the reason.

    Kept are soundness, the coordinates of what was drawn before, the guards of the law and the four eyes. Ids of new
    elements follow from those that they stand beside, so that the same change always gives the same model.
    """
    for change in changes:
        changed = CHANGES[type(change)](model, change, materials)
        still_sound(model, changed)
        model = changed
    return lay_out(model, keep=True) if model.layout.shapes else model


CHANGES: Mapping[type[Any], Callable[[ProcessModel, Any, Materials], ProcessModel]] = {
    Drop: drop,
    Automate: automate,
    Parallelise: parallelise,
    HandOver: hand_over,
    Move: move,
    Merge: merge,
    Retime: retime,
    Triage: triage,
}
