"""The logs that the product keeps: imported ones by name, and what was recorded, in columns, with numbered snapshots.

Everything is written aside and renamed when it is whole, so that a crash leaves nothing half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine

from event_logs import typed_json
from event_logs.engines import DUCKDB
from event_logs.errors import LogExists, NotEnoughMemory, UnknownLog
from event_logs.log import EventLog
from event_logs.objects import FOLDER as OBJECTS_FOLDER
from event_logs.objects import ObjectLog
from event_logs.objects.opening import open_objects
from event_logs.parquet import open_folder
from event_logs.reading import ColumnMapping, Reading, described, file_name, read_log
from event_logs.reading.source import LIMITS, Limits, Progress
from event_logs.reading.tables import Given
from event_logs.warehouse.flow import flow
from event_logs.warehouse.folders import building, checked, is_name, made_safe, put
from event_logs.warehouse.lake import Lake, Manifest
from event_logs.warehouse.performed_work import write_performed_work
from event_logs.warehouse.privacy import Privacy, read_privacy
from event_logs.warehouse.snapshots import maintained, open_snapshot, snapshot_of, take


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import brought in. `events` are those of the file; `set_aside_file` holds the rows that could not go in."""

    name: str
    cases: int
    events: int
    activities: int
    variants: int
    set_aside: int
    notes: tuple[str, ...]
    set_aside_file: Path | None

    def as_dict(self) -> dict[str, Any]:
        aside = None if self.set_aside_file is None else str(self.set_aside_file)
        return asdict(self) | {"notes": list(self.notes), "set_aside_file": aside}


@dataclass(frozen=True)
class Warehouse:
    """All logs below one folder; `home` is made when the first log is kept. `engine` is what logs are opened on."""

    home: Path
    engine: str = DUCKDB

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def snapshots(self) -> Path:
        return self.home / "snapshots"

    @property
    def lake(self) -> Lake:
        return Lake(self.home / "recorded")

    def privacy(self) -> Privacy:
        """The rules for personal data in `privacy.toml`; raises BadPrivacyRule."""
        return read_privacy(self.home / "privacy.toml", self.home / "keys" / "pseudonyms")

    def import_log(
        self,
        path: Path | str,
        name: str | None = None,
        mapping: Given = None,
        progress: Progress | None = None,
        *,
        replace: bool = False,
        now: datetime | None = None,
        limits: Limits = LIMITS,
    ) -> ImportReport:
        """Read a file and keep it under `name` (default: that of the file); `progress` gets the share read.

        The same file under the same name and mapping again changes nothing. Raises UnreadableLog, BadLogName, and LogExists where
        another log has the name and is not to be replaced; NotEnoughMemory.
        """
        path = Path(path)
        name = checked(name) if name else made_safe(file_name(path))
        with _memory_told(path.name), building(self.logs) as folder:
            reading = read_log(path, folder, mapping, progress=progress, limits=limits)
            facts = log_facts(name, reading, now)
            (folder / "log.json").write_text(typed_json.dumps(facts) + "\n", encoding="utf-8")
            if self._keeps(name) and not replace:
                if not _same(self.facts(name), facts):
                    raise LogExists(name)
                return self.report(name)
            write_performed_work(folder, self.spill)
            put(folder, self.logs / name)
        return self.report(name)

    def report(self, name: str) -> ImportReport:
        """What the import of that log brought in; raises UnknownLog."""
        facts, aside = self.facts(name), self.logs / name / "set_aside.csv"
        counts = {key: facts["counts"][key] for key in ("cases", "events", "activities", "variants", "set_aside")}
        return ImportReport(
            name=name, notes=tuple(facts["notes"]), set_aside_file=aside if aside.exists() else None, **counts
        )

    def names(self) -> list[str]:
        """The imported logs, sorted."""
        return sorted(path.parent.name for path in self.logs.glob("[!.]*/log.json"))

    def list(self) -> list[str]:
        return self.names()

    def load(self, name: str) -> EventLog:
        """The log of that name, lazily; raises UnknownLog."""
        facts = self.facts(name)
        zone = facts["mapping"]["zone"]
        given = {"name": name, "source": facts["source_line"], "zone": zone}
        return open_folder(self.logs / name, spill=self.spill, engine=self.engine, **given)

    def load_objects(self, name: str) -> ObjectLog:
        """All objects of a log that was imported from an object-centric file, lazily; raises UnknownLog where it was not."""
        facts = self.facts(name)
        if not (self.logs / name / OBJECTS_FOLDER).exists():
            raise UnknownLog(f"{name} (objects)")
        zone = facts["mapping"]["zone"]
        return open_objects(self.logs / name, name=name, source=facts["source_line"], zone=zone, spill=self.spill)

    def header(self, name: str) -> Mapping[str, object]:
        """What an XES file said of itself: its extensions, globals, classifiers and attributes; empty for a table."""
        header: Mapping[str, object] = self.facts(name)["header"]
        return header

    def remove(self, name: str) -> None:
        """Forget the log; raises UnknownLog."""
        self.facts(name)
        with building(self.logs) as folder:
            (self.logs / name).rename(folder / "removed")

    def take_in(self, engine: Engine) -> Manifest:
        """Let what was recorded since flow into the warehouse; a background job does it every few seconds."""
        return flow(engine, self.lake, self.privacy())

    def bring_up(self, procedure: str, *, now: datetime) -> None:
        """Compute the performed work of the cases that events have come in for."""
        maintained(self.lake, procedure, now, self.spill)

    def take_snapshot(
        self,
        engine: Engine,
        procedure: str,
        *,
        now: datetime | None = None,
        zone: str = "Asia/Shanghai",
        position: int | None = None,
    ) -> EventLog:
        """The recorded events of a procedure up to now, or up to a `position`, as a log that never changes.

        It is numbered by the last position it holds. Only what is newer than the last look is read from the database.
        """
        place = self.snapshots / checked(procedure)
        self.take_in(engine)
        taken = take(self.lake, procedure, now=now, zone=zone, upto=position, spill=self.spill)
        if not (place / str(taken.number) / "log.json").exists():
            taken.write(place / str(taken.number))
        return self.load_snapshot(procedure, taken.number)

    def load_snapshot(self, procedure: str, number: int | None = None) -> EventLog:
        """The snapshot of that number, by default the latest; raises UnknownLog and SnapshotGone."""
        there = self._earlier(checked(procedure))
        if not there or (number is not None and number not in there):
            raise UnknownLog(procedure if number is None else f"{procedure} (snapshot {number})")
        number = max(there) if number is None else number
        facts = typed_json.loads((there[number] / "log.json").read_text(encoding="utf-8"))
        source = f"snapshot {number} of the recorded events"
        if (there[number] / "events").is_dir():  # taken before there was one lake for all snapshots
            given = {"name": procedure, "source": source, "zone": facts["zone"]}
            return open_folder(there[number], spill=self.spill, engine=self.engine, **given)
        return open_snapshot(self.lake, snapshot_of(facts), source=source, engine=self.engine, spill=self.spill)

    # Folders

    @property
    def spill(self) -> Path:
        return self.home / "spill"

    def _earlier(self, procedure: str) -> dict[int, Path]:
        return {int(path.name): path for path in (self.snapshots / procedure).glob("[0-9]*")}

    def _keeps(self, name: str) -> bool:
        return (self.logs / name / "log.json").exists()

    def facts(self, name: str) -> dict[str, Any]:
        if not is_name(name) or not self._keeps(name):
            raise UnknownLog(name)
        facts: dict[str, Any] = typed_json.loads((self.logs / name / "log.json").read_text(encoding="utf-8"))
        return facts


def log_facts(name: str, reading: Reading, now: datetime | None) -> dict[str, object]:
    return {
        "name": name,
        "source": reading.source,
        "source_line": described(reading),
        "sha256": reading.sha256,
        "counts": asdict(reading.counts),
        "mapping": asdict(reading.mapping),
        "notes": list(reading.notes),
        "header": dict(reading.header),
        "table": reading.table,
        "imported": now,
    }


@contextmanager
def _memory_told(source: str) -> Iterator[None]:
    """What engines say in terms of blocks and limits is told as a sentence."""
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException) as error:
        raise NotEnoughMemory(source) from error


def _same(kept: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    """An option that came later stands as it is by default in what was imported before."""
    mappings = [ColumnMapping(**told["mapping"]) for told in (kept, fresh)]
    return mappings[0] == mappings[1] and all(kept.get(key) == fresh[key] for key in ("sha256", "counts"))
