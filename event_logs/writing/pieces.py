"""A file that is there whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from event_logs.errors import UnwritableLog


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Where to write first: what is there in the end takes the place of the path. Raises UnwritableLog."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        yield part
        os.replace(part, path)
    except (OSError, sqlite3.Error) as error:
        raise UnwritableLog(str(path), str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def write_pieces(path: Path, pieces: Iterable[str], *, encoding: str = "utf-8", errors: str = "strict") -> None:
    """Text, gzipped where the path says .gz; raises UnwritableLog."""
    zipped = path.name.lower().endswith(".gz")
    with beside(path) as part, gzip.open(part, "wb", compresslevel=6) if zipped else part.open("wb") as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        for piece in pieces:
            text.write(piece)
        text.flush()
        text.detach()
