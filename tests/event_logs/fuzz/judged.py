"""One spoilt file through the product's own import, and what came of it, held against an independent count."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pyarrow.parquet as pq

from bpmn.errors import BpmnError
from bpmn.reading import read_bpmn
from bpmn.validation import problems
from event_logs.errors import EventLogError
from event_logs.objects import FOLDER
from event_logs.warehouse import ImportReport, Warehouse
from tests.event_logs.fuzz.counted import events_told, unpacked
from tests.event_logs.fuzz.harm import Spoilt


class Outcome(StrEnum):
    WHOLE = "imported whole"
    REPORTED = "imported, rest reported"
    REFUSED = "refused with a sentence"
    SILENT = "SILENT PARTIAL"
    UNNAMED = "CUT OFF, NOT NAMED"
    CRASH = "CRASH"
    HANG = "HANG"


RIGHT = (Outcome.WHOLE, Outcome.REPORTED, Outcome.REFUSED)
_NAMES_A_CUT = ("cut off", "empty")
_TELLING = 64  # of fewer bytes nothing tells what the file was
_TABLES = ("CSV", "CSV in GB18030", "TSV in UTF-16", "CSV.gz")


def outcome(kind: str, file: Spoilt, home: Path) -> tuple[Outcome, str]:
    """What came of it, with what was said of it."""
    if kind == "BPMN":
        return _drawn(file)
    path = home / "spoilt"
    path.write_bytes(file.data)
    mapping = {"case_id": "order"} if kind.startswith("OCEL") else None
    try:
        report = Warehouse(home).import_log(path, "log", mapping)
    except EventLogError as refusal:
        return _refused(file, str(refusal))
    return _imported(kind, file, report, home / "logs" / "log")


def _drawn(file: Spoilt) -> tuple[Outcome, str]:
    try:
        model = read_bpmn(file.data)
    except BpmnError as refusal:
        return _refused(file, str(refusal))
    problems(model)
    read = len(model.nodes)
    told = events_told("BPMN", file.data)
    said = f"{read} of {told} nodes; repairs {[repair.message for repair in model.repairs]}"
    if model.repairs:
        return Outcome.REPORTED, said
    return (Outcome.WHOLE if read == told and not file.cut else Outcome.SILENT), said


def _refused(file: Spoilt, sentence: str) -> tuple[Outcome, str]:
    if file.cut and len(file.data) >= _TELLING and not any(word in sentence for word in _NAMES_A_CUT):
        return Outcome.UNNAMED, sentence
    return (Outcome.REFUSED if len(sentence) > 20 else Outcome.CRASH), sentence


def _imported(kind: str, file: Spoilt, report: ImportReport, folder: Path) -> tuple[Outcome, str]:
    facts = pq.read_metadata(folder / "events.parquet").num_rows
    read = _rows(folder / FOLDER / "events.parquet") if kind.startswith("OCEL") else report.events
    told = events_told(kind, file.data)
    said = f"{read} read and {report.set_aside} set aside of {told}; notes {list(report.notes)}"
    if facts < report.events or (told is not None and read + report.set_aside != told):
        return Outcome.SILENT, said
    if file.cut and not _names_the_cut(kind, file, report):
        return Outcome.UNNAMED, said
    return (Outcome.REPORTED if report.set_aside or _odd(report) else Outcome.WHOLE), said


def _odd(report: ImportReport) -> list[str]:
    """The notes but for those that come with every whole file of its kind."""
    return [note for note in report.notes if "have no zone" not in note and "ocel:global" not in note]


def _names_the_cut(kind: str, file: Spoilt, report: ImportReport) -> bool:
    """A table that ends with a whole row cannot tell that there were more."""
    ends_whole = kind in _TABLES and unpacked(file.data).endswith((b"\n", b"\r", b"\n\x00"))
    return ends_whole or bool(report.set_aside) or any("cut off" in note for note in report.notes)


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
