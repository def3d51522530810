"""Folders and files that are either whole or not there: written aside, put on the disk, and renamed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from event_logs.errors import BadLogName, LogExists

_NAME = re.compile(r"\w[\w.\-]{0,99}")
_ABANDONED_SECONDS = 24 * 3600


def is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def checked(name: str) -> str:
    """The name, if it can be that of a folder; raises BadLogName."""
    if not is_name(name):
        raise BadLogName(name)
    return name


def made_safe(name: str) -> str:
    return checked(re.sub(r"[^\w.\-]+", "-", name).strip("-.")[:100] or "log")


@contextmanager
def building(parent: Path) -> Iterator[Path]:
    """A folder beside the finished ones that is gone afterwards, whatever happens."""
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(folder: Path, target: Path) -> None:
    """Let the folder take the place of the target; raises LogExists where somebody else was faster."""
    for path in folder.rglob("*"):
        sync(path)
    with building(target.parent) as aside:
        if target.exists():
            target.rename(aside / "replaced")
        try:
            folder.rename(target)
        except OSError:
            raise LogExists(target.name) from None
    sync(target.parent)


def put_text(path: Path, text: str) -> None:
    """Let the text take the place of the file; a reader sees the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(parent: Path) -> None:
    """Remove what was left by those who were killed long ago."""
    for path in parent.glob(".building-*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
