"""The recorded events in columns: Parquet by procedure and month, and one manifest that says which files count.

Files never change and the manifest is replaced as a whole, so a reader sees all of a step or nothing of it. The rows of a part lie
in the order of their positions. A file that has been replaced by a merged one stays for a day: somebody may still read it.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from event_logs.reading.facts import EVENTS_SCHEMA
from event_logs.warehouse.folders import put_text, sync

SCHEMA = EVENTS_SCHEMA
GRACE = timedelta(days=1)
LAYOUT = 4  # of the maintained tables; those of another one are computed anew


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file (from the folder of the lake) with `rows` events of one procedure and month, at positions `first` to `last`."""

    file: str
    procedure: str
    month: str
    first: int
    last: int
    rows: int
    archived: bool = False


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Cases and performed work, recomputed together; the case numbers in `gone` have been recomputed since."""

    performed: str
    cases: str
    gone: str | None
    rows: int
    case_count: int

    @property
    def files(self) -> tuple[str, ...]:
        return (self.performed, self.cases, *((self.gone,) if self.gone else ()))


@dataclass(frozen=True, kw_only=True)
class Maintained:
    """The maintained tables of a procedure: current through that position; the next new case gets the number `next_case`."""

    through: int = 0
    next_case: int = 0
    generations: tuple[Generation, ...] = ()
    layout: int = 1  # which columns its files have


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What is in the lake: all events up to `through` but those of months that were given up (`gone_before`, as YYYY-MM)."""

    through: int = 0
    gone_before: str = ""
    parts: tuple[Part, ...] = ()
    maintained: Mapping[str, Maintained] = field(default_factory=dict)
    retired: tuple[tuple[str, str], ...] = ()  # file, and since when nobody needs it

    def of(self, procedure: str, *, upto: int | None = None) -> list[Part]:
        """The parts that hold events of a procedure, of positions up to there, in order."""
        found = [p for p in self.parts if p.procedure == procedure and (upto is None or p.first <= upto)]
        return sorted(found, key=lambda part: (part.first, part.file))

    def procedures(self) -> list[str]:
        return sorted({part.procedure for part in self.parts})

    def without(self, files: Iterable[str], now: datetime) -> Manifest:
        """The same, with files that are not read any more."""
        stamped = tuple((file, now.isoformat()) for file in files)
        return replace(self, retired=self.retired + stamped)


@dataclass(frozen=True)
class Lake:
    """The folder; whoever changes it does so within `changing`."""

    folder: Path

    def manifest(self) -> Manifest:
        """As it is now; empty where nothing was ever written."""
        try:
            told = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Manifest()
        return _manifest(told)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One process at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def commit(self, manifest: Manifest) -> None:
        """Let this be what is in the lake, from now on."""
        put_text(self.folder / "manifest.json", json.dumps(asdict(manifest), ensure_ascii=False))

    def paths(self, parts: Iterable[Part]) -> list[str]:
        return [str(self.folder / part.file) for part in parts]

    def write(self, procedure: str, month: str, tables: Iterable[pa.Table], *, archived: bool = False) -> Part | None:
        """A new file with these rows, which lie in the order of their positions; None where there are none."""
        place = Path("archive" if archived else "events", f"procedure={quote(procedure, safe='')}", f"month={month}")
        (self.folder / place).mkdir(parents=True, exist_ok=True)
        part = self.folder / place / ".part"
        first = last = None
        rows = 0
        with pq.ParquetWriter(part, SCHEMA, compression="zstd", compression_level=15 if archived else 3) as writer:
            for table in tables:
                if table.num_rows:
                    first = table["position"][0].as_py() if first is None else first
                    last, rows = table["position"][-1].as_py(), rows + table.num_rows
                    writer.write_table(table)
        if first is None or last is None:
            part.unlink()
            return None
        name = place / f"{first:020}-{last:020}.parquet"
        sync(part)
        part.replace(self.folder / name)
        return Part(
            file=str(name), procedure=procedure, month=month, first=first, last=last, rows=rows, archived=archived
        )

    def sweep(self, manifest: Manifest, now: datetime, *, grace: timedelta = GRACE) -> Manifest:
        """Remove the files that nobody has needed for `grace`; the manifest without them."""
        old = {file for file, since in manifest.retired if now - datetime.fromisoformat(since) >= grace}
        for file in old:
            (self.folder / file).unlink(missing_ok=True)
        return replace(manifest, retired=tuple(pair for pair in manifest.retired if pair[0] not in old))


def _manifest(told: Mapping[str, Any]) -> Manifest:
    maintained = {
        name: Maintained(**{**one, "generations": tuple(Generation(**each) for each in one["generations"])})
        for name, one in told["maintained"].items()
    }
    return Manifest(
        through=told["through"],
        gone_before=told["gone_before"],
        parts=tuple(Part(**part) for part in told["parts"]),
        maintained=maintained,
        retired=tuple((file, since) for file, since in told["retired"]),
    )
