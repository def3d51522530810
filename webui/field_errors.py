"""What is wrong with a field, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping

from webui.language import gettext as _
from workflows.errors import InvalidAnswers


def in_words(error: InvalidAnswers) -> Mapping[str, str]:
    """A sentence by field."""
    return {field: _(message) for field, message in error.errors.items()}
