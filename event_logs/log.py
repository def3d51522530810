"""An event log: many facts as two lazy tables with declared columns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import ibis

EVENTS = ibis.schema(
    {
        "case_id": "string",
        "position": "int64",  # recorded order; it decides where times tie
        "activity": "string",
        "lifecycle": "string",  # a Lifecycle value, or the foreign word of an imported log
        "at": "timestamp('UTC', 6)",
        "instance": "string",
        "version": "int64",
        "officer": "string",
        "post": "string",
        "office": "string",
        "attributes": "string",  # JSON object, typed values tagged
    }
)
CASES = ibis.schema(
    {
        "case_id": "string",
        "closed": "boolean",  # null where the source does not say
        "attributes": "string",  # JSON object
    }
)


@dataclass(frozen=True)
class OnFile:
    """What the warehouse keeps computed: the table of performed work of exactly these events."""

    events: ibis.Table
    performed: ibis.Table


@dataclass(frozen=True)
class Taken:
    """Which log the cases of exactly these events were taken from."""

    events: ibis.Table
    whole: EventLog


@dataclass(frozen=True)
class EventLog:
    """`events` has the columns EVENTS, `cases` the columns CASES; both are lazy and live on one Ibis backend.

    `name` is the procedure key of a recorded log or the name of an imported one; `source` says what it was read from
    (a file and its SHA-256, a snapshot number, a scenario and its seed), so that an analysis can be repeated.
    """

    name: str
    events: ibis.Table
    cases: ibis.Table
    source: str = ""
    zone: str = "Asia/Shanghai"
    on_file: OnFile | None = field(default=None, compare=False, repr=False)
    taken: Taken | None = field(default=None, compare=False, repr=False)

    def with_performed(self, performed: ibis.Table) -> EventLog:
        """The same log, knowing where its performed work is on file."""
        return replace(self, on_file=OnFile(self.events, performed))

    def kept_performed(self) -> ibis.Table | None:
        """The table of performed work where it is on file, and is that of these very events."""
        if self.on_file is None or self.on_file.events is not self.events:
            return None
        return self.on_file.performed

    def whole(self) -> EventLog:
        """The log of which these cases are a part; itself where it was taken from no other, or says something else by now."""
        if self.taken is None or self.taken.events is not self.events:
            return self
        return self.taken.whole

    def filtered(self, case_ids: ibis.Table) -> EventLog:
        """The log of those cases alone; `case_ids` has a column `case_id`."""
        events, kept = self.events.semi_join(case_ids, "case_id"), self.kept_performed()
        return replace(
            self,
            events=events,
            cases=self.cases.semi_join(case_ids, "case_id"),
            on_file=None if kept is None else OnFile(events, kept.semi_join(case_ids, "case_id")),
            taken=Taken(events, self.whole()),
        )
