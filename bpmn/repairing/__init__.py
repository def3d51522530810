"""Drawings that were never meant to run, made ready as far as it is certain what they mean; every step is listed.

Where a drawing leaves open what only the office knows (which way, until when), a variable of the case is asked for it, so that
nothing is guessed: `<activity>_outcome`, `<gateway>_choice`, `<activity>_again`, `<activity>_items`, `<event>_holds`.
"""

from __future__ import annotations

from dataclasses import replace

from bpmn.model import ProcessModel
from bpmn.repairing import choices, ends, events, work
from bpmn.repairing.step import Repaired, Step

__all__ = ["RULES", "Repaired", "repair"]

STEPS: tuple[tuple[Step, tuple[str, ...]], ...] = (
    (ends.executable, ("made_executable",)),
    (ends.dangling_flows, ("dangling_flow",)),
    (choices.unknown_defaults, ("unknown_default",)),
    (events.by_drawing, ("attached_by_drawing",)),
    (events.named_after_themselves, ("unnamed_event",)),
    (events.transactions, ("transaction_from_cancel",)),
    (events.timers, ("timer_without_time",)),
    (events.conditions, ("condition_by_variable",)),
    (work.posts_of_lanes, ("post_of_lane",)),
    (work.scripts, ("foreign_script", "empty_script")),
    (work.types, ("untyped_task",)),
    (work.keys, ("key_from_id", "nothing_called")),
    (work.repetitions, ("loop_by_variable", "repetition_by_list")),
    (work.nobody, ("post_from_pool",)),
    (choices.implicit_splits, ("implicit_split",)),
    (choices.unreadable, ("unreadable_condition",)),
    (choices.single_default, ("missing_default",)),
    (choices.by_name, ("choice_by_name",)),
    (ends.implicit_starts, ("implicit_start",)),
    (ends.implicit_ends, ("implicit_end",)),
)
RULES = tuple(rule for _, rules in STEPS for rule in rules)


def repair(model: ProcessModel) -> Repaired:
    """Whatever can be put right without asking; what was repaired in reading comes first.

    The model may need `lay_out(model, keep=True)` for the elements that were added.
    """
    done = list(model.repairs)
    for step, _ in STEPS:
        after = step(model)
        model, done = after.model, [*done, *after.repairs]
    return Repaired(replace(model, repairs=()), tuple(dict.fromkeys(done)))
