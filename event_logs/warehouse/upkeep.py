"""Keeping the lake in order: small files are merged, old months archived or given up, and what nobody needs is removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq

from event_logs.warehouse.lake import GRACE, SCHEMA, Lake, Manifest, Part

_FEW = 8  # parts of one size class in one month before they are merged
_CLASS = 8  # each size class holds this many times the rows of the one below


@dataclass(frozen=True, kw_only=True)
class Policy:
    """After how many months events are archived, or given up by the warehouse (the database keeps them); 0 means never."""

    archive_months: int = 0
    keep_months: int = 0
    grace: timedelta = GRACE  # how long a file that was replaced stays for those who read it


def keep_up(lake: Lake, policy: Policy, *, now: datetime) -> Manifest:
    """Merge, archive, give up and sweep; safe at any time. Rows and their order stay as they are for every reader."""
    with lake.changing():
        manifest = lake.manifest()
        for step in (_give_up, _archive, _compact):
            done = step(lake, manifest, policy, now)
            if done is not manifest:
                lake.commit(manifest := done)
        swept = lake.sweep(manifest, now, grace=policy.grace)
        if swept is not manifest and swept != manifest:
            lake.commit(manifest := swept)
        return manifest


def _give_up(lake: Lake, manifest: Manifest, policy: Policy, now: datetime) -> Manifest:
    if not policy.keep_months or (before := _month(now, policy.keep_months)) <= manifest.gone_before:
        return manifest
    kept = tuple(part for part in manifest.parts if part.month >= before)
    gone = [part.file for part in manifest.parts if part.month < before]
    return replace(manifest, parts=kept, gone_before=before).without(gone, now)


def _archive(lake: Lake, manifest: Manifest, policy: Policy, now: datetime) -> Manifest:
    if not policy.archive_months:
        return manifest
    before = _month(now, policy.archive_months)
    for parts in _by_month(manifest.parts):
        if parts[0].month < before and not all(part.archived for part in parts):
            manifest = _replaced(lake, manifest, parts, now, archived=True)
    return manifest


def _compact(lake: Lake, manifest: Manifest, _policy: Policy, now: datetime) -> Manifest:
    for parts in _by_month(manifest.parts):
        while many := _many(parts):
            manifest = _replaced(lake, manifest, many, now)
            whose = (parts[0].procedure, parts[0].month)
            parts = [part for part in manifest.of(whose[0]) if part.month == whose[1]]
    return manifest


def _many(parts: list[Part]) -> list[Part]:
    """Neighbouring parts of one size class that are so many that one file is better; parts in order."""
    for _, same in groupby(parts, key=lambda part: _size_class(part.rows)):
        run = list(same)
        if len(run) >= _FEW:
            return run
    return []


def _size_class(rows: int) -> int:
    size = 0
    while rows >= _CLASS:
        rows, size = rows // _CLASS, size + 1
    return size


def _by_month(parts: Iterable[Part]) -> Iterator[list[Part]]:
    ordered = sorted(parts, key=lambda part: (part.procedure, part.month, part.first))
    for _, of_month in groupby(ordered, key=lambda part: (part.procedure, part.month)):
        yield list(of_month)


def _replaced(lake: Lake, manifest: Manifest, parts: list[Part], now: datetime, *, archived: bool = False) -> Manifest:
    """One part in place of several that follow each other; the positions of a month's parts do not overlap."""
    merged = lake.write(parts[0].procedure, parts[0].month, _rows(lake, parts), archived=archived)
    files = {part.file for part in parts}
    kept = tuple(part for part in manifest.parts if part.file not in files)
    fresh = (merged,) if merged else ()
    return replace(manifest, parts=kept + fresh).without(files - {part.file for part in fresh}, now)


def _rows(lake: Lake, parts: list[Part]) -> Iterator[pa.Table]:
    for part in parts:
        with pq.ParquetFile(lake.folder / part.file) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group).select(SCHEMA.names)


def _month(now: datetime, back: int) -> str:
    """The month that lies so many months back, as YYYY-MM."""
    months = now.year * 12 + now.month - 1 - back
    return f"{months // 12:04}-{months % 12 + 1:02}"
