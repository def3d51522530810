"""Text within XML."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("\t"): "&#9;",
}


def escaped(text: str) -> str:
    """For a value in quotation marks or between tags; characters that XML cannot hold become U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text).translate(_ESCAPES)
