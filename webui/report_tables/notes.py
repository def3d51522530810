"""What must be known about the figures."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mining.diagnosis import Diagnosis
from mining.filters import read
from mining.findings import Note
from webui.filter_words import words
from webui.report_tables.shapes import Section, Writer
from webui.report_texts import say


def notes(diagnosis: Diagnosis, writer: Writer) -> Section:
    notes = [*diagnosis.notes, *(note for analysis in diagnosis.analyses.values() for note in analysis.notes)]
    sentences = list(dict.fromkeys(note_sentence(note, writer.language) for note in notes))
    if diagnosis.where:
        told = words(read(diagnosis.where), writer.labels, writer.language, ZoneInfo(diagnosis.zone))
        sentences.insert(0, writer.say("filter", words=told))
    if diagnosis.source:
        sentences.append(writer.say("source", source=diagnosis.source))
    return Section("notes", writer.say("notes"), tuple(sentences))


def note_sentence(note: Note, language: str) -> str:
    """The sentence of a note; lists are joined."""
    values = {name: ", ".join(map(str, v)) if isinstance(v, list | tuple) else v for name, v in note.values.items()}
    return say(language, f"note_{note.code}", **values)
