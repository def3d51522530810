"""Public logs, read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from event_logs.log import EventLog
from event_logs.reading import open_log


@pytest.fixture(scope="session")
def public_log(shared: Path) -> Callable[[str], EventLog]:
    """A log of the shared folder by its file name."""

    @cache
    def read(name: str) -> EventLog:
        return open_log(shared / "data" / "logs" / name)

    return read


@pytest.fixture(scope="session")
def receipt(public_log: Callable[[str], EventLog]) -> EventLog:
    return public_log("receipt_wabo_permit.xes.gz")


def completions(log: EventLog) -> EventLog:
    """The log without anything but completions."""
    return replace(log, events=log.events.filter(log.events.lifecycle.lower() == "complete"))
