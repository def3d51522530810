"""The objects of a log: their types, and how they wait for each other."""

from __future__ import annotations

from mining.objects import ObjectView
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer

TYPES = ("case", "taxpayer", "officer", "office", "document")


def objects(view: ObjectView, writer: Writer) -> Section:
    told = writer.say("objects_told", events=f"{view.events:,}", objects=f"{view.objects:,}")
    return Section(
        "objects", writer.say("objects"), (told,), (_types(view, writer), _meetings(view, writer), _last(view, writer))
    )


def type_word(kind: str, writer: Writer) -> str:
    """The types of our own casework in words, those of others as they are called."""
    return writer.say(f"type_{kind}") if kind in TYPES else kind


def _types(view: ObjectView, writer: Writer) -> Table:
    columns = ("object_type", "object_count", "silent", "events_of_one", "life", "lost", "told_again", "mixed_up")
    rows = tuple(
        (
            Cell(type_word(t.type, writer), number=False),
            Cell(f"{t.objects:,}"),
            Cell(f"{t.silent:,}"),
            Cell(f"{t.events_per_object:,.1f}"),
            Cell(writer.time(t.life)),
            Cell(f"{view.events - t.events:,}"),
            Cell(f"{t.told - t.events:,}"),
            Cell(f"{t.diverging:,}"),
        )
        for t in view.types
    )
    return Table(writer.say("object_types"), writer.columns(*columns), rows, in_all=len(rows))


def _meetings(view: ObjectView, writer: Writer) -> Table:
    columns = writer.columns("activity", "k_events", "from_first", "until_last", "total")
    rows = tuple(
        (
            Cell(writer.labels(m.activity), number=False),
            Cell(f"{m.events:,}"),
            *(
                Cell(writer.say("insufficient") if m.insufficient else writer.time(s))
                for s in (m.flow, m.synchronisation)
            ),
            Cell(writer.time(m.total)),
        )
        for m in view.meetings[:MOST_ROWS]
    )
    return Table(writer.say("object_waits"), columns, rows, in_all=len(view.meetings))


def _last(view: ObjectView, writer: Writer) -> Table:
    columns = writer.columns("activity", "object_type", "k_events", "lagging", "total", "pooling")
    late = [m for m in view.lateness if m.total_lagging]
    rows = tuple(
        (
            Cell(writer.labels(m.activity), number=False),
            Cell(type_word(m.type, writer), number=False),
            Cell(f"{m.events:,}"),
            Cell(writer.say("insufficient") if m.insufficient else writer.time(m.lagging)),
            Cell(writer.time(m.total_lagging)),
            Cell(writer.say("insufficient") if m.insufficient else writer.time(m.pooling)),
        )
        for m in late[:MOST_ROWS]
    )
    return Table(writer.say("object_last"), columns, rows, in_all=len(late))
