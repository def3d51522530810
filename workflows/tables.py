"""The things with a life: staff, versions of procedures, cases and all that belongs to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from event_logs.columns import Json, Utc

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


FeelValues = Json  # variables of a case: the tagged JSON keeps Decimal, dates and durations as they were


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc,
        dict[str, str]: Json,
        list[str]: Json,
        list[int]: Json,
        dict[str, int]: Json,
        dict[str, Any]: Json,
    }


class VersionState(StrEnum):
    DRAFT = "draft"  # deployed, takes no cases
    ACTIVE = "active"  # takes new cases
    TRIAL = "trial"  # takes a share of the new cases beside the active one
    RETIRED = "retired"  # finishes the cases that it has


class CaseState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class TaskState(StrEnum):
    READY = "ready"  # in the pool of its post
    ASSIGNED = "assigned"
    STARTED = "started"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


OPEN_TASK = (TaskState.READY, TaskState.ASSIGNED, TaskState.STARTED)
HELD_TASK = (TaskState.ASSIGNED, TaskState.STARTED)


class Office(Base):
    """A tax office; `parent` is the one above it, `level` counts from the top (0)."""

    __tablename__ = "offices"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]]
    parent: Mapped[str | None] = mapped_column(ForeignKey("offices.key"))
    level: Mapped[int] = mapped_column(default=0)


class Post(Base):
    """What a person can hold; `rights` are words such as work, manage, redesign, administer."""

    __tablename__ = "posts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]]
    rights: Mapped[list[str]] = mapped_column(default=list)


class Officer(Base):
    """A person who works; `office` is where the desk stands, holdings say what they may do where."""

    __tablename__ = "officers"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]]
    office: Mapped[str] = mapped_column(ForeignKey("offices.key"))
    active: Mapped[bool] = mapped_column(default=True)


class Holding(Base):
    """An officer holds a post at an office, from `since` until `until` (null = open)."""

    __tablename__ = "holdings"
    __table_args__ = (Index("ix_holdings_post_office", "post", "office"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    officer: Mapped[str] = mapped_column(ForeignKey("officers.code"), index=True)
    post: Mapped[str] = mapped_column(ForeignKey("posts.key"))
    office: Mapped[str] = mapped_column(ForeignKey("offices.key"))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]


class Absence(Base):
    """An officer is away from `since` until `until`; `stand_in` does the work meanwhile, if one is named."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    officer: Mapped[str] = mapped_column(ForeignKey("officers.code"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    stand_in: Mapped[str | None] = mapped_column(ForeignKey("officers.code"), index=True)


class KeyAccount(Base):
    """A key taxpayer and the officer who is dedicated to it."""

    __tablename__ = "key_accounts"

    taxpayer_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer: Mapped[str] = mapped_column(ForeignKey("officers.code"))


class ProcedureVersion(Base):
    """An immutable version of a procedure; only its state, share and note change."""

    __tablename__ = "procedure_versions"
    __table_args__ = (UniqueConstraint("key", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(128), index=True)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of the sources
    names: Mapped[dict[str, str]]
    state: Mapped[str] = mapped_column(String(16), default=VersionState.DRAFT)
    share: Mapped[float | None]  # of new cases, while on trial
    deployed_by: Mapped[str | None] = mapped_column(String(64))
    deployed_at: Mapped[datetime]
    state_since: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class ProcedureSource(Base):
    """One file of a version, byte for byte as it was deployed."""

    __tablename__ = "procedure_sources"

    version: Mapped[int] = mapped_column(ForeignKey("procedure_versions.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(256), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CaseCounter(Base):
    """The last case number given out, by prefix and year."""

    __tablename__ = "case_counters"

    prefix: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Case(Base):
    """One run of a procedure. `execution` is the engine's state, `data` the variables as they stand now.

    `hands` are the officers who completed each activity: whom four eyes keep out is told without a look at the tasks of the past.
    Every change of a case and of what belongs to it raises its `revision`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_procedure_version", "procedure", "version", "state"),
        Index("ix_cases_opened", "procedure", "opened_at"),
    )

    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(128))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # of the version's sources: the key of the cached model
    arm: Mapped[str] = mapped_column(String(16), default="current")  # current | trial
    office: Mapped[str | None] = mapped_column(String(64), index=True)
    taxpayer_id: Mapped[str | None] = mapped_column(String(64), index=True)
    taxpayer_name: Mapped[str | None] = mapped_column(String(256))
    title: Mapped[str] = mapped_column(Text, default="")
    key_taxpayer: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default=CaseState.RUNNING, index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    data: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    execution: Mapped[str] = mapped_column(Text, default="")
    hands: Mapped[Mapping[str, Sequence[str]]] = mapped_column(Json, default=dict, server_default="{}")
    parent: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy's own protocol)


class Task(Base):
    """A piece of work for a person. `instance` tells tasks of one activity of one case apart.

    `why` explains the routing for translation: `{"key": …, parameters…}`; `answers` are what was filled in.
    `performed_for` names the absent officer when a stand-in did the work.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("case", "instance"),
        Index("ix_tasks_officer_state", "officer", "state"),
        Index("ix_tasks_officer_completed", "officer", "completed_at"),
        Index("ix_tasks_pool", "state", "office"),
        Index("ix_tasks_hands", "case", "activity", "state", "officer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"))
    procedure: Mapped[str] = mapped_column(String(128))
    activity: Mapped[str] = mapped_column(String(128))
    # One change writes tasks of one case, so that several rows go out in one statement and come back told apart by this.
    instance: Mapped[str] = mapped_column(String(32), insert_sentinel=True)
    state: Mapped[str] = mapped_column(String(16), default=TaskState.READY)
    before_suspension: Mapped[str | None] = mapped_column(String(16))
    form: Mapped[str | None] = mapped_column(String(128))
    post: Mapped[str | None] = mapped_column(String(64))
    posts: Mapped[list[str]] = mapped_column(default=list)  # all that may do it; `post` is the first
    office: Mapped[str | None] = mapped_column(String(64))
    officer: Mapped[str | None] = mapped_column(ForeignKey("officers.code"))
    performed_for: Mapped[str | None] = mapped_column(String(64))
    scheduled_at: Mapped[datetime]
    assigned_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)
    local: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)  # variables of this instance alone
    answers: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)


class Timer(Base):
    """Something that happens at `due_at`: a drawn timer, another try of a failed step, or the start of a case.

    While its case rests it has `rests_since`, and is not among what is due. `kind` is timer, retry, start or clock (look who is due for a case of this procedure); `instance` is the engine's token, of
    a clock the entry that was looked at last; `case` is null for a start and a clock.
    """

    __tablename__ = "timers"
    __table_args__ = (
        Index(
            "ix_timers_due",
            "due_at",
            sqlite_where=text("fired_at IS NULL AND rests_since IS NULL"),
            postgresql_where=text("fired_at IS NULL AND rests_since IS NULL"),
        ),
        Index("ix_timers_case", "case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="timer")
    procedure: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    rests_since: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Subscription(Base):
    """A case (or, with `case` null, a procedure's start event) waits for a message or signal of that name."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index("ix_subscriptions_name", "kind", "name", "correlation"),
        Index("ix_subscriptions_case", "case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="message")  # message | signal
    procedure: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    since: Mapped[datetime]


class KeptMessage(Base):
    """A message or signal that reached a suspended case; it is handed over in this order when the case goes on."""

    __tablename__ = "kept_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # message | signal
    name: Mapped[str] = mapped_column(String(256))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str] = mapped_column(String(32))  # the engine's token that waited for it
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    received_at: Mapped[datetime]


class ClockStart(Base):
    """What the clock began a case for, once for each procedure and key; without a case it could not, and `problem` says why."""

    __tablename__ = "clock_starts"

    procedure: Mapped[str] = mapped_column(String(128), primary_key=True)
    key: Mapped[str] = mapped_column(String(256), primary_key=True)  # for a return: taxpayer and period
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"), index=True)
    tried_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(Text)


class OutgoingMessage(Base):
    """Something to be sent, written in the same transaction as the change that causes it.

    `next_try_at` also holds it for the one who is sending it now; `dead_at` says since when nobody tries any more.
    """

    __tablename__ = "outgoing_messages"
    __table_args__ = (
        Index(
            "ix_outgoing_unsent",
            "channel",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outgoing_dead",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))  # message, letter, sms, treasury, …
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"), index=True)
    node: Mapped[str | None] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(256))
    recipient: Mapped[str | None] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    @property
    def key(self) -> str:
        """The same for every try, so that whoever gets it twice can tell."""
        return f"{self.case or 'office'}-{self.id}"


class ExternalTaskState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    FAILED = "failed"  # no try is left, or it reported a business error
    WITHDRAWN = "withdrawn"


class ExternalTask(Base):
    """Work of a topic that an external worker fetches.

    It may be fetched from `free_at` on: its lock has run out then, or the pause after a failure is over. `result_digest`
    tells a result that is handed in twice from another one.
    """

    __tablename__ = "external_tasks"
    __table_args__ = (
        Index(
            "ix_external_tasks_free",
            "topic",
            "free_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_external_tasks_case", "case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"))
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str] = mapped_column(String(128))
    inputs: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    state: Mapped[str] = mapped_column(String(16), default=ExternalTaskState.OPEN)
    created_at: Mapped[datetime]
    free_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(64))  # who has or had it last
    attempts: Mapped[int] = mapped_column(default=0)  # how often it was fetched
    retries: Mapped[int]  # failures that are still allowed
    error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None]
    result_digest: Mapped[str | None] = mapped_column(String(64))


class Worker(Base):
    """An external worker: only a hash of its token is kept. It may fetch work of these topics."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    topics: Mapped[list[str]]
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime | None]


class Incident(Base):
    """An automatic step that a person has to look at: it failed for good, or a decision has no fitting branch.

    `corrections` are the values that a person changed, each as [before, after]; `reason` says why.
    """

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    node: Mapped[str] = mapped_column(String(128))
    instance: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    occurred_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    resolved_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    corrections: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)


class Record(Base):
    """An entry in a register of the office (an invoice ceiling, a refund, a deferral), written by an automatic step."""

    __tablename__ = "records"
    __table_args__ = (Index("ix_records_subject", "register", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    case: Mapped[str | None] = mapped_column("case", ForeignKey("cases.number"), index=True)
    values: Mapped[Mapping[str, Any]] = mapped_column("entry", FeelValues)
    recorded_at: Mapped[datetime]


class Migration(Base):
    """Running cases of one version that go on with another: from where to where, by which places, and who wanted it why."""

    __tablename__ = "migrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(128), index=True)
    source: Mapped[int]
    target: Mapped[int]
    places: Mapped[dict[str, str]]  # element of the old version → element of the new one
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class MigratedCase(Base):
    """What became of one case: it moved, stayed for these reasons, or moved and was taken back.

    `before` is what taking it back needs, null where that is impossible; `after` is the digest of the state it left.
    """

    __tablename__ = "migrated_cases"

    migration: Mapped[int] = mapped_column(ForeignKey("migrations.id"), primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), primary_key=True, index=True)
    outcome: Mapped[str] = mapped_column(String(16))  # moved | stayed | undone
    reasons: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime]
    before: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)
    after: Mapped[str | None] = mapped_column(String(64))


class OfficeHours(Base):
    """When an office works; what is null is as at the office above, at last as for all (""), else as the nation has it."""

    __tablename__ = "office_hours"

    office: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" for all
    zone: Mapped[str | None] = mapped_column(String(64))
    hours: Mapped[list[str] | None]  # "09:00-12:00", local and in order
    weekend: Mapped[list[int] | None]  # Monday is 0


class CalendarDay(Base):
    """One day decided otherwise than by rule: by the yearly notice for all offices, or by an office for itself and those below."""

    __tablename__ = "calendar_days"

    office: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" for all
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(128), default="")
    source: Mapped[str] = mapped_column(String(256), default="")  # the notice that says so
    entered_by: Mapped[str | None] = mapped_column(String(64))
    entered_at: Mapped[datetime]


class ClockStop(Base):
    """The statutory clock of a case stands still: while the taxpayer corrects papers (`node`), or the case is suspended."""

    __tablename__ = "clock_stops"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"), index=True)
    node: Mapped[str | None] = mapped_column(String(128))
    instance: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Skill(Base):
    """Something that not every holder of a post can do: a language, a kind of tax, a method."""

    __tablename__ = "skills"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]]


class Proficiency(Base):
    """How well an officer has a skill, from 1 up."""

    __tablename__ = "proficiencies"

    officer: Mapped[str] = mapped_column(ForeignKey("officers.code"), primary_key=True)
    skill: Mapped[str] = mapped_column(ForeignKey("skills.key"), primary_key=True)
    level: Mapped[int] = mapped_column(default=1)


class ReceivedMessage(Base):
    """A message from outside: one with an id is taken once, one that nobody waited for yet is kept until `keep_until`."""

    __tablename__ = "received_messages"
    __table_args__ = (Index("ix_received_messages_name", "name", "correlation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(256))
    correlation: Mapped[str | None] = mapped_column(String(256))
    payload: Mapped[Mapping[str, Any]] = mapped_column(FeelValues)
    received_at: Mapped[datetime]
    keep_until: Mapped[datetime | None]  # null: taken, or not to be kept
    taken: Mapped[int] = mapped_column(default=0)


class BoundVersion(Base):
    """A version together with other versions of what it calls than those that it was deployed with; found by its digest."""

    __tablename__ = "bound_versions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("procedure_versions.id"))
    called: Mapped[dict[str, int]]  # procedure → number of its version
