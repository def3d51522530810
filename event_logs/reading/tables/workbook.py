"""Excel workbooks as tables: the first sheet that has rows, streamed, with the dates and numbers that its cells are."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from event_logs.errors import UnreadableLog
from event_logs.reading.aside import Aside
from event_logs.reading.source import Source
from event_logs.reading.tables.table import Rows, distinct

MAGIC = b"PK\x03\x04"
_ROWS = 20_000
_SAMPLE_ROWS = 500
_MOST_COLUMNS = 2_000
_DAY = timedelta(days=1)
# What openpyxl lets through of a damaged workbook, by its reading of XML, of archives and of cells.
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, SyntaxError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, zlib.error, OSError, EOFError, OverflowError, RecursionError, NotImplementedError, AssertionError, MemoryError,
)  # fmt: skip


class WorkbookTable:
    """`path` is where the plain file of the source lies; rows bear the numbers that the sheet gives them."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source, self._path = source, path
        self.kinds: Mapping[str, str] = {}
        self.notes: list[str] = []
        self._refuse_bomb()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and extensions that nobody needs here
                book = openpyxl.load_workbook(path.open("rb"), read_only=True, data_only=True)
            self._sheet: Any = next((sheet for sheet in book.worksheets if _has_rows(sheet)), None)
        except _BROKEN as error:
            raise self._broken(error) from error
        if self._sheet is None:
            raise source.unreadable("no sheet of this workbook has a row")

    @cached_property
    def _head(self) -> list[list[str]]:
        return [row for _, row in islice(self._rows(), _SAMPLE_ROWS)]

    @property
    def header(self) -> Sequence[str]:
        first = list(self._head[0]) if self._head else []
        while first and not first[-1]:
            first.pop()
        return distinct(first)

    def sample(self) -> Sequence[Sequence[str]]:
        width = len(self.header)
        return [row[:width] for row in self._head[1:]]

    def blocks(self, aside: Aside | None) -> Iterator[Rows]:
        width, rows = len(self.header), islice(self._rows(), 1, None)
        while block := list(islice(rows, _ROWS)):
            cells = [[*row[:width], *[""] * (width - len(row))] for _, row in block]
            columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
            yield Rows(columns, np.array([number for number, _ in block], np.int64))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, with their number."""
        try:
            for number, row in enumerate(self._sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), 1):
                texts = [_text(value) for value in row]
                if any(texts):
                    yield number, texts
        except _BROKEN as error:
            raise self._broken(error) from error

    def _refuse_bomb(self) -> None:
        limits = self.source.limits
        try:
            with zipfile.ZipFile(self._path) as archive:
                size = sum(part.file_size for part in archive.infolist())
                names = {part.filename for part in archive.infolist()}
        except _BROKEN as error:
            raise self._broken(error) from error
        if "[Content_Types].xml" not in names:
            raise self.source.unreadable("this is a ZIP archive and no Excel workbook; unpack it")
        packed = max(self._path.stat().st_size, 1)
        if size > limits.size or (size > limits.ratio_counts_from and size > limits.ratio * packed):
            raise self.source.unreadable(
                f"it unpacks to more than {limits.ratio} times its size, as a decompression bomb does"
            )

    def _broken(self, error: Exception) -> UnreadableLog:
        said = (str(error).splitlines() or [type(error).__name__])[0][:200]
        return self.source.unreadable(f"the Excel workbook is damaged or cut off ({said})")


def _has_rows(sheet: Any) -> bool:
    return hasattr(sheet, "iter_rows") and any(
        any(value is not None for value in row) for row in islice(sheet.iter_rows(values_only=True), 100)
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value / _DAY)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).encode("utf-8", "replace").decode()
