"""What a report says of a diagnosis: its sentences, figures and tables, before they become text or a page."""

from __future__ import annotations

from mining.diagnosis import Diagnosis
from webui.report_tables.at_a_glance import headline, key_figures
from webui.report_tables.bottlenecks import activities, bottlenecks, critical_path
from webui.report_tables.causes import why
from webui.report_tables.conformance import conformance, rules
from webui.report_tables.drift import drift
from webui.report_tables.forecast import forecast
from webui.report_tables.habits import habits
from webui.report_tables.influences import choices, influences
from webui.report_tables.notes import notes
from webui.report_tables.people import organisation, rework, timeliness
from webui.report_tables.shapes import Cell, Labels, Section, Table, Writer
from webui.report_tables.variants import variants

__all__ = ["Cell", "Labels", "Section", "Table", "Writer", "headline", "key_figures", "sections"]


def sections(diagnosis: Diagnosis, writer: Writer) -> list[Section]:
    """The parts of the report that have something to say, in the order of a reader's questions."""
    parts = [
        bottlenecks(diagnosis, writer),
        why(diagnosis, writer),
        critical_path(diagnosis, writer),
        influences(diagnosis, writer),
        choices(diagnosis, writer),
        conformance(diagnosis, writer),
        rules(diagnosis, writer),
        habits(diagnosis, writer),
        timeliness(diagnosis, writer),
        forecast(diagnosis, writer),
        drift(diagnosis, writer),
        rework(diagnosis, writer),
        activities(diagnosis, writer),
        organisation(diagnosis, writer),
        variants(diagnosis, writer),
        notes(diagnosis, writer),
    ]
    return [part for part in parts if part.sentences or any(table.rows for table in part.tables)]
