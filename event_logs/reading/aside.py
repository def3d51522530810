"""Rows that cannot go in, kept with the reason."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO


class Aside:
    """Writes `set_aside.csv` into a folder as soon as there is a row to put there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "set_aside.csv"
        self._file: TextIO | None = None
        self.count = 0
        self.first_reason = ""

    def put(self, line: int, reason: str, text: str) -> None:
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(["line", "reason", "row"])
        csv.writer(self._file).writerow([line, reason, text])
        self.count += 1
        self.first_reason = self.first_reason or f"line {line:,}: {reason}"

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
