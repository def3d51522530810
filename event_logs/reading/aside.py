"""Rows that cannot go in, kept with the reason, so that they can be repaired and fed in again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

LINE, REASON, WHOLE = "qj:line", "qj:reason", "qj:row"
FILE = "set_aside.csv"


class Aside:
    """Writes `set_aside.csv` into a folder as soon as there is a row to put there.

    It has the columns of the log (`header`) between the line with the reason and the whole row, which is there where it could not be
    told apart into cells.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._file: TextIO | None = None
        self._rows: Any = None
        self.header: Sequence[str] = ()
        self.count = 0
        self.first_reason = ""

    def put(self, line: int, reason: str, cells: Sequence[str | None] = (), *, text: str = "") -> None:
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            self._rows = csv.writer(self._file)
            self._rows.writerow([LINE, REASON, *self.header, WHOLE])
        self._rows.writerow([line, reason, *(cells or [""] * len(self.header)), text])
        self.count += 1
        self.first_reason = self.first_reason or f"line {line:,}: {reason}"

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
