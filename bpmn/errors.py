"""Every error of the language of models."""


class BpmnError(Exception):
    """Base of all errors that this package raises."""


class UnreadableModel(BpmnError):
    """The bytes are no BPMN 2.0 that can be read; says where and why."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)


class Untranslatable(BpmnError):
    """An expression of another language whose meaning in FEEL is not certain; `position` counts characters from 0."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        self.text, self.position, self.reason = text, position, reason
        super().__init__(f"{text!r} is not translated: {reason} (character {position + 1}).")


class UnknownElement(BpmnError):
    """An id was asked for that the model does not have."""

    def __init__(self, model: str, element: str) -> None:
        self.model, self.element = model, element
        super().__init__(f"The model {model!r} has no element {element!r}.")


class NotCovered(BpmnError):
    """The token game has no meaning for an element; nothing is guessed in its place."""

    def __init__(self, element: str, reason: str) -> None:
        self.element, self.reason = element, reason
        super().__init__(f"The element {element!r} is not covered by the token game: {reason}")


class NotEnabled(BpmnError):
    """A transition was fired in a marking that does not enable it."""

    def __init__(self, transition: str) -> None:
        self.transition = transition
        super().__init__(f"The transition {transition!r} is not enabled in this marking; ask `enabled` first.")


class Unwritable(BpmnError):
    """A value of the model cannot stand in XML, such as a control character."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        super().__init__(f"{place} cannot be written: {reason}")


class UnreadableProcedure(BpmnError):
    """A procedure's folder has mistakes; `mistakes` names every one with its file and place."""

    def __init__(self, procedure: str, mistakes: tuple[str, ...]) -> None:
        self.procedure, self.mistakes = procedure, mistakes
        listed = "".join(f"\n- {mistake}" for mistake in mistakes)
        super().__init__(f"The procedure {procedure!r} cannot be read:{listed}")


class UnreadableDecision(BpmnError):
    """A file is no decision model, or parts of it cannot be read; `mistakes` names each with its place."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("The decision model cannot be read:" + "".join(f"\n- {mistake}" for mistake in mistakes))


class UnknownDecision(BpmnError):
    """A decision was asked for that the model does not have, or none was named where there are several."""

    def __init__(self, asked: str | None, known: tuple[str, ...]) -> None:
        self.asked, self.known = asked, known
        wanted = f"There is no decision {asked!r}" if asked else "The model has several decisions; name one"
        super().__init__(f"{wanted}; the model has {', '.join(known) or 'none'}.")


class Undecidable(BpmnError):
    """A decision table contradicts itself for these inputs, or decisions require each other in a circle."""

    def __init__(self, decision: str, reason: str, rows: tuple[int, ...] = ()) -> None:
        self.decision, self.rows = decision, rows
        super().__init__(f"The decision {decision!r} has no answer: {reason}")


class UnreadableForm(BpmnError):
    """A form is no form-js schema, or has parts that we do not have; `mistakes` names each."""

    def __init__(self, form: str, mistakes: tuple[str, ...]) -> None:
        self.form, self.mistakes = form, mistakes
        super().__init__(f"The form {form!r} cannot be read:" + "".join(f"\n- {mistake}" for mistake in mistakes))


class UnknownData(BpmnError):
    """What an element reads or writes cannot be told."""

    def __init__(self, element: str, reason: str) -> None:
        self.element, self.reason = element, reason
        super().__init__(f"It cannot be told what {element!r} reads and writes: {reason}")


class ChangeRefused(BpmnError):
    """A redesign would break the procedure; `reason` is a sentence for the process owner."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
