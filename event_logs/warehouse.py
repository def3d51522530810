"""The logs that the product keeps: imported ones by name, snapshots of recorded ones by procedure and number.

Everything is written into a temporary folder and renamed when it is whole, so that a crash leaves nothing half.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from event_logs import typed_json
from event_logs.errors import BadLogName, LogExists, UnknownLog
from event_logs.log import EventLog
from event_logs.parquet import open_folder
from event_logs.reading import Reading, described, file_name, read_log
from event_logs.reading.delimited import Given
from event_logs.reading.source import LIMITS, Limits, Progress
from event_logs.snapshot import take

_NAME = re.compile(r"\w[\w.\-]{0,99}")
_ABANDONED_SECONDS = 24 * 3600


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
    """All logs below one folder; `home` is made when the first log is kept."""

    home: Path

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def snapshots(self) -> Path:
        return self.home / "snapshots"

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
        another log has the name and is not to be replaced.
        """
        path = Path(path)
        name = _checked(name) if name else _safe(file_name(path))
        with self._building(self.logs) as folder:
            reading = read_log(path, folder, mapping, progress=progress, limits=limits)
            facts = _facts(name, reading, now)
            (folder / "log.json").write_text(typed_json.dumps(facts) + "\n", encoding="utf-8")
            if self._keeps(name) and not replace:
                if not _same(self._facts(name), facts):
                    raise LogExists(name)
                return self.report(name)
            self._put(folder, self.logs / name)
        return self.report(name)

    def report(self, name: str) -> ImportReport:
        """What the import of that log brought in; raises UnknownLog."""
        facts, aside = self._facts(name), self.logs / name / "set_aside.csv"
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
        facts = self._facts(name)
        return open_folder(
            self.logs / name, name=name, source=facts["source_line"], zone=facts["mapping"]["zone"], spill=self._spill
        )

    def header(self, name: str) -> Mapping[str, object]:
        """What an XES file said of itself: its extensions, globals, classifiers and attributes; empty for a table."""
        header: Mapping[str, object] = self._facts(name)["header"]
        return header

    def remove(self, name: str) -> None:
        """Forget the log; raises UnknownLog."""
        self._facts(name)
        with self._building(self.logs) as folder:
            (self.logs / name).rename(folder / "removed")

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

        It is numbered by the last position it holds. Only what is newer than the snapshot before is read from the database.
        """
        folder = _checked(procedure)
        with self._building(self.snapshots / folder) as fresh:
            number = take(engine, procedure, fresh, self._earlier(folder), upto=position)
            target = self.snapshots / folder / str(number)
            if not target.exists():
                facts = {"procedure": procedure, "number": number, "taken": now, "zone": zone}
                (fresh / "log.json").write_text(typed_json.dumps(facts) + "\n", encoding="utf-8")
                self._put(fresh, target)
        return self.load_snapshot(procedure, number)

    def load_snapshot(self, procedure: str, number: int | None = None) -> EventLog:
        """The snapshot of that number, by default the latest; raises UnknownLog."""
        there = self._earlier(_checked(procedure))
        if not there or (number is not None and number not in there):
            raise UnknownLog(procedure if number is None else f"{procedure} (snapshot {number})")
        number = max(there) if number is None else number
        facts = typed_json.loads((there[number] / "log.json").read_text(encoding="utf-8"))
        source = f"snapshot {number} of the recorded events"
        return open_folder(there[number], name=procedure, source=source, zone=facts["zone"], spill=self._spill)

    # Folders

    @property
    def _spill(self) -> Path:
        return self.home / "spill"

    def _earlier(self, procedure: str) -> dict[int, Path]:
        return {int(path.name): path for path in (self.snapshots / procedure).glob("[0-9]*")}

    def _keeps(self, name: str) -> bool:
        return (self.logs / name / "log.json").exists()

    def _facts(self, name: str) -> dict[str, Any]:
        if not _NAME.fullmatch(name) or not self._keeps(name):
            raise UnknownLog(name)
        facts: dict[str, Any] = typed_json.loads((self.logs / name / "log.json").read_text(encoding="utf-8"))
        return facts

    @contextmanager
    def _building(self, parent: Path) -> Iterator[Path]:
        """A folder beside the finished ones that is gone afterwards, whatever happens."""
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix=".building-", dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _put(self, folder: Path, target: Path) -> None:
        for path in folder.rglob("*"):
            _sync(path)
        with self._building(target.parent) as aside:
            if target.exists():
                target.rename(aside / "replaced")
            try:
                folder.rename(target)
            except OSError:  # somebody else was faster
                raise LogExists(target.name) from None
        _sync(target.parent)


def _facts(name: str, reading: Reading, now: datetime | None) -> dict[str, object]:
    return {
        "name": name,
        "source": reading.source,
        "source_line": described(reading),
        "sha256": reading.sha256,
        "counts": asdict(reading.counts),
        "mapping": asdict(reading.mapping),
        "notes": list(reading.notes),
        "header": dict(reading.header),
        "imported": now,
    }


def _same(kept: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    return all(kept.get(key) == fresh[key] for key in ("sha256", "counts", "mapping"))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadLogName(name)
    return name


def _safe(name: str) -> str:
    return _checked(re.sub(r"[^\w.\-]+", "-", name).strip("-.")[:100] or "log")


def _sweep(parent: Path) -> None:
    """Remove what imports that were killed long ago have left."""
    for path in parent.glob(".building-*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
