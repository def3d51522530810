"""How the text of a table is written: its encoding told from the whole file, its delimiter from the first rows."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from event_logs.reading.source import Source

_ODD = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\ufffd]")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Dialect:
    """How the text of a table is written."""

    encoding: str
    delimiter: str


def dialect_of(source: Source) -> Dialect:
    """Told from the whole file for the encoding, from its first rows for the delimiter; raises UnreadableLog for what is no text."""
    encoding = _encoding(source)
    head = source.head().decode(encoding, errors="replace").removeprefix("\ufeff")
    _refuse_rubbish(source, head)
    return Dialect(encoding, _delimiter(head))


def _encoding(source: Source) -> str:
    head = source.head(64 * 1024)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if marked:
        return marked
    nul = [head[parity::2].count(0) / max(len(head) // 2, 1) for parity in (0, 1)]
    if max(nul) > 0.3:
        return "utf-16-le" if nul[1] > nul[0] else "utf-16-be"
    foreign = _not_utf8(source)
    if foreign is None:
        return "utf-8"
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else _legacy(foreign)


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _not_utf8(source: Source) -> bytes | None:
    """The first piece of the file that is no UTF-8; a file of letters may hide its Chinese behind a megabyte of digits."""
    rest = b""
    for chunk in source.again().chunks():
        text = rest + chunk
        whole = len(text) - _begun(text)
        if not _is_utf8(text[:whole]):
            return text
        rest = text[whole:]
    return rest or None


def _begun(text: bytes) -> int:
    """How many bytes at the end are of a character that is not whole."""
    for back in range(1, min(4, len(text) + 1)):
        byte = text[-back]
        if byte >= 0xC0:
            return back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0


def _is_utf8(text: bytes) -> bool:
    bounds = pa.py_buffer(np.array([0, len(text)], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, bounds, pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _legacy(piece: bytes) -> str:
    """GB18030 where the high bytes come in the pairs of GB 2312, a Western code page where they stand among letters."""
    high = sum(byte >= 0x80 for byte in piece)
    paired = 2 * len(re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", piece))
    if paired >= 0.8 * high:
        return "gb18030"
    return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", piece) else "cp1252"


def _refuse_rubbish(source: Source, head: str) -> None:
    odd = len(_ODD.findall(head))
    if odd > 0.02 * len(head):
        raise source.unreadable("this is no text; a log is XES, XES.gz or a table of text (CSV)")


def _delimiter(head: str) -> str:
    lines = head.splitlines()[:200]
    return max(_DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: Sequence[str], mark: str) -> tuple[float, int]:
    """The share of rows with as many cells as most have, provided there are several."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    width, times = widths.most_common(1)[0] if widths else (1, 0)
    return (times / max(sum(widths.values()), 1) if width > 1 else 0.0, width)
