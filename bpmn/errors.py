"""Every error of the language of models."""


class BpmnError(Exception):
    """Base of all errors that this package raises."""


class UnreadableModel(BpmnError):
    """The bytes are no BPMN 2.0 that can be read; says where and why."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)


class UnknownElement(BpmnError):
    """An id was asked for that the model does not have."""

    def __init__(self, model: str, element: str) -> None:
        self.model, self.element = model, element
        super().__init__(f"The model {model!r} has no element {element!r}.")
