"""Every error of the language of facts."""


class EventLogError(Exception):
    """Base of all errors that this package raises."""


class UnreadableLog(EventLogError):
    """A file is no log that can be read; says at which line or event, and why."""

    def __init__(self, reason: str, *, source: str = "", line: int | None = None, event: int | None = None) -> None:
        self.source, self.line, self.event = source, line, event
        place = ", ".join(
            part for part in (source, f"line {line}" if line else "", f"event {event:,}" if event else "") if part
        )
        super().__init__(f"{place}: {reason}" if place else reason)


class UnknownLog(EventLogError):
    """No log has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no log named {name!r}; `qiangji log list` shows those there are.")
