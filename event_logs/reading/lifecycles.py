"""The words for lifecycle transitions that foreign logs use."""

from __future__ import annotations

import pyarrow as pa

from event_logs.reading.stretches import Stretches

TRANSITIONS = frozenset(
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
    return word.lower() if word.lower() in TRANSITIONS else word


def lifecycle_words(texts: pa.Array) -> pa.Array:
    """The same for a column."""
    coded = texts.fill_null("").dictionary_encode()
    words = pa.array([lifecycle_word(word) for word in coded.dictionary.to_pylist()], pa.string())
    if words.equals(coded.dictionary):
        return texts
    return Stretches.of(words).at(coded.indices.to_numpy()).array()
