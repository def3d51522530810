"""Work: of people, and of workers elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base, FeelValues, State


class TaskState(StrEnum):
    READY = "ready"  # in the pool of its post
    ASSIGNED = "assigned"
    STARTED = "started"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


OPEN_TASK = (TaskState.READY, TaskState.ASSIGNED, TaskState.STARTED)
HELD_TASK = (TaskState.ASSIGNED, TaskState.STARTED)


class Task(Base):
    """A piece of work for a person. `instance` tells tasks of one activity of one case apart.

    `why` explains the routing for translation: `{"key": …, parameters…}`; `answers` are what was filled in.
    `performed_for` names the absent officer when a stand-in did the work.
    """

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("case", "instance"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column("case", ForeignKey("cases.number"))
    procedure: Mapped[str] = mapped_column(String(128))
    activity: Mapped[str] = mapped_column(String(128))
    # One change writes tasks of one case, so that several rows go out in one statement and come back told apart by this.
    instance: Mapped[str] = mapped_column(String(32), insert_sentinel=True)
    state: Mapped[str] = mapped_column(State, default=TaskState.READY)
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
    due_at: Mapped[datetime | None]
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)
    local: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)  # variables of this instance alone
    answers: Mapped[Mapping[str, Any] | None] = mapped_column(FeelValues)


def _index(name: str, *columns: Any, where: ColumnElement[bool]) -> None:
    """Of some tasks only: so a step of work changes few entries. SQLite takes it where the statement says the very condition."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index("ix_tasks_in_pool", Task.office, where=Task.state == TaskState.READY)
_index("ix_tasks_held", Task.officer, where=Task.state.in_(HELD_TASK))
_index("ix_tasks_open", Task.case, where=Task.state.in_(OPEN_TASK))
_index("ix_tasks_finished", Task.officer, Task.completed_at, Task.state, where=Task.completed_at.is_not(None))


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
    state: Mapped[str] = mapped_column(State, default=ExternalTaskState.OPEN)
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
