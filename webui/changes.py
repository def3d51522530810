"""The report on two groups of cases side by side: its name says both, and within which cases they are."""

from __future__ import annotations

from mining.filters import Filter, read, write
from mining.reports.kept import ReportKind, ReportName


def name_of(log: str, before: Filter, after: Filter, within: Filter | None = None) -> ReportName:
    """`log` is a procedure's key, or `log:` and the name of an import; no text of a filter has a line of its own in it."""
    texts = [write(before), write(after), write(within) if within else ""]
    return ReportName(ReportKind.CHANGE, log, "\n".join(texts))


def groups_of(name: ReportName) -> tuple[Filter, Filter, Filter | None]:
    """Both groups and the cases within which they are; raises UnreadableFilter."""
    before, after, within = f"{name.where}\n\n".split("\n")[:3]
    return read(before), read(after), read(within) if within else None
