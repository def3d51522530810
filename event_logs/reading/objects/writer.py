"""Events, objects and their relations on the way from a file into Parquet; what contradicts itself is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from event_logs import typed_json
from event_logs.objects import BEGINNING, FOLDER, TABLES
from event_logs.reading.aside import Aside
from event_logs.reading.stamps import Clock

HEADER = ("event_id", "activity", "timestamp", "attributes", "objects")


@dataclass
class ObjectWriter:
    """Takes what a file tells in any order; `write` checks it as a whole."""

    clock: Clock
    aside: Aside
    events: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    values: list[tuple[str, str, str | None, str]] = field(default_factory=list)
    concerns: dict[tuple[str, str, str], None] = field(default_factory=dict)
    related: dict[tuple[str, str, str], None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.aside.header = HEADER

    def add_event(self, event_id: str, activity: str, at: str, attributes: Mapping[str, object]) -> None:
        self._count += 1
        told = typed_json.dumps(dict(attributes))
        lacking = next(
            (word for word, text in (("id", event_id), ("activity", activity), ("time", at)) if not text), None
        )
        if lacking:
            self.aside.put(self._count, f"event {self._count:,} has no {lacking}", [event_id, activity, at, told, ""])
        elif event_id in self.events:
            self.aside.put(self._count, f"there is another event {event_id!r}", [event_id, activity, at, told, ""])
        else:
            self.events[event_id] = (activity, at, told)

    def add_object(self, object_id: str, kind: str) -> None:
        self.objects.setdefault(object_id, kind)

    def add_value(self, object_id: str, name: str, at: str | None, value: object) -> None:
        since = None if at and at.replace(" ", "T").startswith(BEGINNING[:19]) else at  # in whatever zone
        self.values.append((object_id, name, since, typed_json.dumps(value)))

    def concern(self, event_id: str, object_id: str, qualifier: str = "") -> None:
        self.concerns[(event_id, object_id, qualifier)] = None

    def relate(self, source_id: str, target_id: str, qualifier: str = "") -> None:
        self.related[(source_id, target_id, qualifier)] = None

    def write(self, folder: Path) -> None:
        """The five tables as Parquet into a folder below this one."""
        place = folder / FOLDER
        place.mkdir(exist_ok=True)
        for name, rows in self._tables(self._times()).items():
            schema = TABLES[name].to_pyarrow()
            columns = list(zip(*rows, strict=True)) or [()] * len(schema)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            pq.write_table(pa.table(arrays, names=schema.names), place / f"{name}.parquet", compression="zstd")

    def _times(self) -> list[Any]:
        """Those of the events; an event whose time cannot be read is set aside."""
        times = self.clock.instants([at for _, at, _ in self.events.values()]).to_pylist()
        for number, (event_id, at) in enumerate(zip(list(self.events), times, strict=True), 1):
            if at is None:
                activity, text, told = self.events.pop(event_id)
                concerned = ", ".join(object_id for event, object_id, _ in self.concerns if event == event_id)
                cells = [event_id, activity, text, told, concerned]
                self.aside.put(number, f"{text!r} is no time that can be read", cells)
        return [at for at in times if at is not None]

    def _tables(self, times: Sequence[Any]) -> dict[str, list[tuple[Any, ...]]]:
        since = self.clock.instants([at for _, _, at, _ in self.values]).to_pylist()
        known = self.objects
        return {
            "events": [
                (event_id, n, activity, at, told)
                for n, ((event_id, (activity, _, told)), at) in enumerate(zip(self.events.items(), times, strict=True))
            ],
            "objects": list(known.items()),
            "values": [
                (object_id, name, at, value)
                for (object_id, name, _, value), at in zip(self.values, since, strict=True)
                if object_id in known
            ],
            "concerns": self._between(self.concerns, self.events, "events"),
            "related": self._between(self.related, known, "objects"),
        }

    def _between(
        self, relations: Iterable[tuple[str, str, str]], sources: Iterable[str], what: str
    ) -> list[tuple[Any, ...]]:
        """Relations whose both ends are there; a note says how many are not."""
        known = set(sources)
        whole = [one for one in relations if one[0] in known and one[1] in self.objects]
        lost = sum(1 for _ in relations) - len(whole)
        if lost:
            self.notes.append(
                f"{lost:,} relations of {what} name an event or an object that is not there; they were left out."
            )
        return whole
