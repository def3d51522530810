"""Rules that need the procedure around the model: its forms, decisions, posts and time limits, and where data come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from bpmn.decisions import table_problems
from bpmn.decisions.problems import Flaw
from bpmn.dependence import Materials, written_by_form
from bpmn.model import Activity, EventNode, Position, ProcessModel
from bpmn.procedure import Procedure
from bpmn.validation.data_flow import ANYTHING, data_flow
from bpmn.validation.limits import overdue_from_the_start, unmeetable
from bpmn.validation.problem import Problem
from bpmn.validation.rule import Breach, Rule, advice
from bpmn.validation.sheet import Sheet

Search: TypeAlias = Callable[[ProcessModel, Procedure], Iterator[Breach]]
# What every case has from its start, whatever its form asks.
OF_EVERY_CASE = frozenset({"taxpayer_id", "office", "key_taxpayer", "arm", "case_number"})


def in_procedure(model: ProcessModel, procedure: Procedure) -> Iterator[Problem]:
    """What the rules of `PROCEDURE` find."""
    for rule, search in PROCEDURE_SEARCHES:
        for breach in search(model, procedure):
            way = f" The way: {' → '.join(breach.path)}." if breach.path else ""
            yield rule.problem(breach, way)


# --- references --------------------------------------------------------------------------------------------------------


def _forms(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    for node in model.nodes:
        if isinstance(node, Activity | EventNode):
            yield from _unknown(node.id, node.form, procedure.forms)


def _decisions(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    for activity in model.activities:
        yield from _unknown(activity.id, activity.decision, procedure.decisions)


def _posts(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    posts = {post.key: post for post in procedure.posts}
    named = [(activity.id, activity.posts) for activity in model.activities]
    named += [(lane.id, lane.posts) for lane in model.lanes]
    for holder, wanted in named:
        for post in wanted:
            yield from _unknown(holder, post, posts)


def _unknown(element: str, name: str | None, known: Mapping[str, Any]) -> Iterator[Breach]:
    if name and name not in known:
        yield Breach(element, {"name": name, "known": ", ".join(sorted(known)) or "none"})


# --- data --------------------------------------------------------------------------------------------------------------


def _known_at_start(model: ProcessModel, procedure: Procedure) -> frozenset[str]:
    starts = [n for n in model.nodes if isinstance(n, EventNode) and n.position is Position.START and n.scope is None]
    forms = {start.form for start in starts} | {procedure.application.form}
    if not any(forms):
        return frozenset({ANYTHING})
    fields = (written_by_form(form, Materials(procedure.forms)) for form in forms if form)
    return OF_EVERY_CASE.union(*fields)


def _never_written(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    materials = Materials(procedure.forms, procedure.decisions)
    return data_flow(model, materials, _known_at_start(model, procedure)).never_written()


def _not_always_written(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
    materials = Materials(procedure.forms, procedure.decisions)
    return data_flow(model, materials, _known_at_start(model, procedure)).not_always_written()


def _flawed(flaw: Flaw) -> Search:
    def search(model: ProcessModel, procedure: Procedure) -> Iterator[Breach]:
        for activity in model.activities:
            decision = procedure.decisions.get(activity.decision or "")
            for found in table_problems(decision) if decision is not None else ():
                if found.flaw is flaw:
                    yield Breach(activity.id, {"decision": found.decision, "what": found.message})

    return search


def _in_context(sheet: Sheet) -> Iterator[Breach]:
    """These rules look beyond the drawing: `in_procedure` asks them."""
    return iter(())


PROCEDURE_SEARCHES: tuple[tuple[Rule, Search], ...] = (
    (
        Rule(
            "unknown_form",
            "{element} refers to the form {name!r}, which the procedure does not have.",
            "There is: {known}.",
            _in_context,
        ),
        _forms,
    ),
    (
        Rule(
            "unknown_decision",
            "{element} refers to the decision {name!r}, which the procedure does not have.",
            "There is: {known}.",
            _in_context,
        ),
        _decisions,
    ),
    (
        Rule(
            "unknown_post",
            "{element} refers to the post {name!r}, which the procedure does not have.",
            "There is: {known}.",
            _in_context,
        ),
        _posts,
    ),
    (
        Rule(
            "read_before_written",
            "{element} needs {name}, which nothing before it writes.",
            "Let a form, a script or a decision before it write {name}, or correct the name.",
            _in_context,
        ),
        _never_written,
    ),
    (
        advice(
            "read_unwritten_on_a_way",
            "{element} needs {name}, which is not written on every way there.",
            "Write {name} on each way, or ask whether it is null.",
            _in_context,
        ),
        _not_always_written,
    ),
    (
        advice("decision_gap", "{element} asks the table {decision}: {what}", "Add a row, or a default.", _in_context),
        _flawed(Flaw.GAP),
    ),
    (
        advice(
            "decision_overlap",
            "{element} asks the table {decision}: {what}",
            "Let one row answer, or choose another hit policy.",
            _in_context,
        ),
        _flawed(Flaw.OVERLAP),
    ),
    (
        advice(
            "decision_idle",
            "{element} asks the table {decision}: {what}",
            "Delete the row, or move it up.",
            _in_context,
        ),
        _flawed(Flaw.IDLE),
    ),
    (
        Rule(
            "time_limit_unmeetable",
            "On the quickest way to {element} timers alone take {days} days; the case may take {limit} {unit}.",
            "Shorten the timers, or correct the time limit.",
            _in_context,
        ),
        unmeetable,
    ),
    (
        advice(
            "due_beyond_limit",
            "{element} is due in {days} days; it or its case may take {limit} {unit}.",
            "Shorten the time in which it is due, or correct the time limit.",
            _in_context,
        ),
        overdue_from_the_start,
    ),
)
PROCEDURE = tuple(rule for rule, _ in PROCEDURE_SEARCHES)
