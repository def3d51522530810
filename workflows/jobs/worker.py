"""What every worker can do, and what it does: functions by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Engine

Work: TypeAlias = Callable[[Engine, Mapping[str, Any], datetime], None]
AT_ONCE = 4  # jobs that one worker does at the same time


class Worker(Protocol):
    """Does jobs in the background of its process."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """Begin no job any more, and let those that run finish."""
        ...
