"""Text in pieces into a file, whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterable
from pathlib import Path

from event_logs.errors import UnwritableLog


def write_pieces(path: Path, pieces: Iterable[str], *, encoding: str = "utf-8", errors: str = "strict") -> None:
    """Beside the target first, so that a reader never sees half a file; gzipped where the path says .gz. Raises UnwritableLog."""
    part = path.with_name(f".{path.name}.part")
    try:
        with gzip.open(part, "wb", compresslevel=6) if path.name.lower().endswith(".gz") else part.open("wb") as file:
            text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
            for piece in pieces:
                text.write(piece)
            text.flush()
            text.detach()
        os.replace(part, path)
    except OSError as error:
        raise UnwritableLog(str(path), str(error)) from error
    finally:
        part.unlink(missing_ok=True)
