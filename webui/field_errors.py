"""What is wrong with a field, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping

from bpmn.forms.answers import MESSAGES, Message
from webui.language import gettext as _
from workflows.errors import InvalidAnswers


def in_words(error: InvalidAnswers) -> Mapping[str, str]:
    """A sentence by field."""
    return {field: _sentence(message) for field, message in error.messages.items()}


def _sentence(message: object) -> str:
    if isinstance(message, Message):
        return _(MESSAGES[message.key]).format(**message.parameters)
    return _(str(message))
