"""Every error of the machine that runs procedures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar


class WorkflowError(Exception):
    """Base of all errors that this package raises. `key` names the sentence for translation."""

    @property
    def key(self) -> str:
        return type(self).__name__


class Undeployable(WorkflowError):
    """A procedure cannot run as it is drawn; `problems` names each element and what to do about it."""

    def __init__(self, procedure: str, problems: Sequence[object]) -> None:
        self.procedure, self.problems = procedure, tuple(problems)
        lines = "\n".join(f"- {_said(problem)}" for problem in problems)
        super().__init__(f"The procedure {procedure!r} cannot be deployed:\n{lines}")


def _said(problem: object) -> str:
    element, message = getattr(problem, "element", None), getattr(problem, "message", str(problem))
    remedy = getattr(problem, "remedy", "")
    return f"{element}: {message} {remedy}".rstrip() if element else f"{message} {remedy}".rstrip()


class UnknownProcedure(WorkflowError):
    """No version of that procedure is in use."""

    def __init__(self, procedure: str, number: int | None = None) -> None:
        self.procedure, self.number = procedure, number
        if number is None:
            text = f"The procedure {procedure!r} has no active version; deploy and activate one first."
        else:
            text = f"The procedure {procedure!r} has no version {number}."
        super().__init__(text)


class WrongVersionState(WorkflowError):
    """A version is not in the state that the step needs."""

    def __init__(self, procedure: str, number: int, state: str, wanted: str) -> None:
        self.procedure, self.number, self.state, self.wanted = procedure, number, state, wanted
        super().__init__(f"Version {number} of {procedure!r} is {state}; this step needs one that is {wanted}.")


class UnknownCase(WorkflowError):
    """No case has that number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no case {number!r}.")


class UnknownTask(WorkflowError):
    """No task has that id."""

    def __init__(self, task: int) -> None:
        self.task = task
        super().__init__(f"There is no task {task}.")


class UnknownExternalTask(WorkflowError):
    """No work of an external worker has that id."""

    def __init__(self, task: int) -> None:
        self.task = task
        super().__init__(f"There is no external task {task}.")


class UnknownMessage(WorkflowError):
    """No message of the outbox has that id."""

    def __init__(self, message: int) -> None:
        self.message = message
        super().__init__(f"There is no outgoing message {message}.")


class UnknownIncident(WorkflowError):
    """No incident has that id."""

    def __init__(self, incident: int) -> None:
        self.incident = incident
        super().__init__(f"There is no incident {incident}.")


class UnknownStaff(WorkflowError):
    """No officer, post or office has that code."""

    def __init__(self, kind: str, code: str) -> None:
        self.kind, self.code = kind, code
        super().__init__(f"There is no {kind} {code!r}.")


class Overtaken(WorkflowError):
    """Somebody changed the case while a verb that had read it ahead was thinking; the verb does its work again."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"The case {number} was changed by somebody else in the meantime; look at it again.")


class AlreadyDone(WorkflowError):
    """Somebody else was faster: says who did what, when, and for which reason where one was given."""

    def __init__(self, who: str | None, what: str, when: datetime | None, reason: str = "") -> None:
        self.who, self.what, self.when, self.reason = who, what, when, reason
        at = f" at {when:%Y-%m-%d %H:%M} UTC" if when else ""
        why = f" ({reason})" if reason else ""
        super().__init__(
            f"This work was already {what} by {who or 'the procedure itself'}{at}{why}; nothing was changed."
        )


class NotAllowed(WorkflowError):
    """An officer may not do this; says which right or relation is missing.

    `reason` is a sentence with places for `told`, so that it can be said in another language.
    """

    def __init__(self, officer: str, reason: str, **told: str) -> None:
        self.officer, self.reason, self.told = officer, reason, told
        super().__init__(f"{officer} may not do this: {reason % told if told else reason}")


class NotOpen(WorkflowError):
    """A case or task is in a state in which this step is impossible; of a case also who brought it there, when and why."""

    def __init__(
        self,
        what: str,
        state: str,
        wanted: str,
        *,
        who: str | None = None,
        when: datetime | None = None,
        reason: str = "",
    ) -> None:
        self.what, self.state, self.wanted = what, state, wanted
        self.who, self.when, self.reason = who, when, reason
        since = f" since {when:%Y-%m-%d %H:%M} UTC" if when else ""
        by = f" by {who}" if who else ""
        why = f" ({reason})" if reason else ""
        super().__init__(f"{what} is {state}{since}{by}{why}; this step needs it to be {wanted}.")


class InvalidAnswers(WorkflowError):
    """A form was filled in wrongly, and nothing was changed.

    `errors` has a sentence by field; `messages` the same as keys and parameters (`bpmn.forms.Message`), for translation.
    """

    def __init__(self, messages: Mapping[str, object]) -> None:
        self.messages = dict(messages)
        self.errors = {field: str(message) for field, message in messages.items()}
        super().__init__("; ".join(f"{field}: {message}" for field, message in self.errors.items()))


class UnknownServiceTask(WorkflowError):
    """A procedure names an automatic step that nobody registered."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No service task is registered as {name!r}; add it to SERVICE_TASKS or correct the drawing.")


class ServiceFailed(WorkflowError):
    """An automatic step could not do its work this time; it is tried again later."""


class ProcedureFault(WorkflowError):
    """An automatic step reports a business error that the drawing may catch (`code`)."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code, self.message = code, message
        super().__init__(message or f"The step ended with the error {code!r}.")


class BrokenState(WorkflowError):
    """A stored execution state cannot be read by this version of the product."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The stored state of a case cannot be read: {reason}")


class CannotReturn(WorkflowError):
    """A task's form offers no way back to the applicant or an earlier step."""

    def __init__(self, activity: str) -> None:
        self.activity = activity
        super().__init__(
            f"{activity!r} cannot be returned: its form has no option 'return' in the field '{activity}_outcome'. "
            "Add the option and the flow that it takes to the drawing."
        )


class StepFailed(WorkflowError):
    """A step of a case could not be done; the token waits there. `transient` when another try may help by itself."""

    def __init__(self, node: str, reason: str, *, transient: bool = False) -> None:
        self.node, self.reason, self.transient = node, reason, transient
        super().__init__(f"{node}: {reason}")


class RunawayProcedure(WorkflowError):
    """A case took too many automatic steps in one go: its drawing loops without anything to wait for."""

    def __init__(self, steps: int, node: str) -> None:
        self.steps, self.node = steps, node
        super().__init__(
            f"The case took {steps:,} automatic steps without a pause, last at {node!r}: the drawing loops for ever."
        )


class UnknownToken(WorkflowError):
    """A task, timer or message names a place of the case that is no longer waiting."""

    def __init__(self, token: int) -> None:
        self.token = token
        super().__init__(f"Nothing waits at place {token} of this case any more.")


class CannotMove(WorkflowError):
    """A step to which a case cannot be moved as it stands; `reason` is the key of one of REASONS."""

    REASONS: ClassVar[Mapping[str, str]] = {
        "no_step": "it is no step that can be entered: name an activity, an event of the flow or a gateway that does not join.",
        "other_scope": "it lies inside a subprocess; move the case to the subprocess itself.",
        "others_inside": "that leaves a subprocess in which other work is still open; finish or move that first.",
        "join_starves": "a parallel branch would wait for ever where the branches join; end the other branches, too.",
        "done_twice": "work of a parallel branch that is open already would be done twice; end the other branches, too.",
    }

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"The case cannot be moved to {place!r}: {self.REASONS[reason]}")


class InvalidPlan(WorkflowError):
    """A plan of migration names what is not there."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"The cases cannot be migrated so: {sentence}.")


class CannotUndo(WorkflowError):
    """A migrated case cannot go back to its old version; `reason` is the key of one of REASONS."""

    REASONS: ClassVar[Mapping[str, str]] = {
        "not_moved": "this migration did not move it.",
        "moved_on": "it has moved on since; migrate it back with a plan of its own.",
        "went_on": "the new version let it go on by itself at once; migrate it back with a plan of its own.",
    }

    def __init__(self, case: str, reason: str) -> None:
        self.case, self.reason = case, reason
        super().__init__(f"The migration of {case} cannot be undone: {self.REASONS[reason]}")


class InvalidEntry(WorkflowError):
    """An entry of a register lacks something, or has a value that cannot be read."""

    def __init__(self, register: str, sentence: str) -> None:
        self.register = register
        super().__init__(f"This is no entry of the register {register!r}: {sentence}")
