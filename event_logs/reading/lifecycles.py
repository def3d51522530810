"""The words for lifecycle transitions that foreign logs use."""

from __future__ import annotations

_TRANSITIONS = frozenset(
    [
        "schedule",
        "assign",
        "reassign",
        "start",
        "suspend",
        "resume",
        "complete",
        "withdraw",
        "ate_abort",
        "pi_abort",
        "autoskip",
        "manualskip",
        "unknown",
    ]
)


def lifecycle_word(word: str | None) -> str:
    """The transition in the spelling of the standard, a foreign word as it is; nothing said means that it was completed."""
    if not word:
        return "complete"
    return word.lower() if word.lower() in _TRANSITIONS else word
