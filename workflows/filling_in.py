"""Filling in a form: what a person or a program answers, checked and typed by the form, as variables of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.forms import Form, Validated, read_form, validate
from bpmn.procedure import Procedure
from workflows.errors import InvalidAnswers


def read_forms(procedure: Procedure) -> dict[str, Form]:
    """The forms of a procedure by key."""
    return {key: found if isinstance(found, Form) else read_form(found) for key, found in procedure.forms.items()}


def answered(form: Form | None, answers: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables that the answers set; raises InvalidAnswers with a sentence for each field.

    Without a form the answers stand as they are. Only a field that was shown and emptied becomes null.
    """
    if form is None:
        return dict(answers)
    return _accepted(validate(form, answers, data=data), answers)


def applied(form: Form | None, application: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables with which a case begins; raises InvalidAnswers.

    What the form does not ask, or does not let anybody change, another system knows: it stands as it is given.
    """
    if form is None:
        return dict(application)
    asked = {found.key for found in form.fields if not found.locked}
    answers = {key: value for key, value in application.items() if key in asked}
    known = {key: value for key, value in application.items() if key not in asked}
    return {**known, **_accepted(validate(form, answers, data=known), answers)}


def _accepted(result: Validated, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    if result.errors:
        raise InvalidAnswers(result.errors)
    return {key: value for key, value in result.values.items() if value is not None or key in answers}


def outcomes(form: Form | None, activity: str) -> tuple[str, ...]:
    """The outcomes that a form offers for an activity, the passing one first."""
    found = form.field(f"{activity}_outcome") if form else None
    return tuple(str(option.value) for option in found.options) if found else ()
