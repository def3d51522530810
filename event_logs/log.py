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
        "zone": "string",  # the name of the office's zone; null = that of the log, or unknown
    }
)
CASES = ibis.schema(
    {
        "case_id": "string",
        "closed": "boolean",  # null where the source does not say
        "attributes": "string",  # JSON object
    }
)


def as_events(table: ibis.Table) -> ibis.Table:
    """With exactly the columns EVENTS; an older version of the product wrote imported logs without zones."""
    zone = {} if "zone" in table.columns else {"zone": ibis.null("string")}
    return table.mutate(**zone).select(*EVENTS.names).cast(EVENTS)


@dataclass(frozen=True)
class OnFile:
    """What the warehouse keeps computed of exactly these events: their performed work and the courses of their cases."""

    events: ibis.Table
    performed: ibis.Table
    courses: ibis.Table | None = None

    def filtered(self, events: ibis.Table, case_ids: ibis.Table) -> OnFile:
        courses = self.courses
        return OnFile(
            events,
            self.performed.semi_join(case_ids, "case_id"),
            None if courses is None else courses.semi_join(case_ids, "case_id"),
        )


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

    def with_performed(self, performed: ibis.Table, courses: ibis.Table | None = None) -> EventLog:
        """The same log, knowing where its performed work and its courses are on file."""
        return replace(self, on_file=OnFile(self.events, performed, courses))

    def kept(self) -> OnFile | None:
        """What is on file, where it is that of these very events."""
        return None if self.on_file is None or self.on_file.events is not self.events else self.on_file

    def kept_performed(self) -> ibis.Table | None:
        """The table of performed work (columns `performed.PERFORMED`) where it is on file."""
        kept = self.kept()
        return kept.performed if kept else None

    def kept_courses(self) -> ibis.Table | None:
        """The table of the courses of all cases (columns `courses.COURSES`) where it is on file."""
        kept = self.kept()
        return kept.courses if kept else None

    def whole(self) -> EventLog:
        """The log of which these cases are a part; itself where it was taken from no other, or says something else by now."""
        if self.taken is None or self.taken.events is not self.events:
            return self
        return self.taken.whole

    def filtered(self, case_ids: ibis.Table) -> EventLog:
        """The log of those cases alone; `case_ids` has a column `case_id`."""
        events, kept = self.events.semi_join(case_ids, "case_id"), self.kept()
        return replace(
            self,
            events=events,
            cases=self.cases.semi_join(case_ids, "case_id"),
            on_file=None if kept is None else kept.filtered(events, case_ids),
            taken=Taken(events, self.whole()),
        )
