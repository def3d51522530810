"""The things with a life: staff, versions of procedures, cases and all that belongs to a case."""

from __future__ import annotations

from workflows.tables.cases import Case, CaseCounter, CaseState, Incident, Record
from workflows.tables.clock import CalendarDay, ClockStart, ClockStop, OfficeHours, Timer
from workflows.tables.messages import KeptMessage, OutgoingMessage, ReceivedMessage, Subscription
from workflows.tables.migrations import MigratedCase, Migration
from workflows.tables.procedures import BoundVersion, ProcedureSource, ProcedureVersion, VersionState
from workflows.tables.shape import NAMING, Base, FeelValues
from workflows.tables.staff import Absence, Holding, KeyAccount, Office, Officer, Post, Proficiency, Skill
from workflows.tables.tasks import HELD_TASK, OPEN_TASK, ExternalTask, ExternalTaskState, Task, TaskState, Worker

__all__ = [
    "HELD_TASK",
    "NAMING",
    "OPEN_TASK",
    "Absence",
    "Base",
    "BoundVersion",
    "CalendarDay",
    "Case",
    "CaseCounter",
    "CaseState",
    "ClockStart",
    "ClockStop",
    "ExternalTask",
    "ExternalTaskState",
    "FeelValues",
    "Holding",
    "Incident",
    "KeptMessage",
    "KeyAccount",
    "MigratedCase",
    "Migration",
    "Office",
    "OfficeHours",
    "Officer",
    "OutgoingMessage",
    "Post",
    "ProcedureSource",
    "ProcedureVersion",
    "Proficiency",
    "ReceivedMessage",
    "Record",
    "Skill",
    "Subscription",
    "Task",
    "TaskState",
    "Timer",
    "VersionState",
    "Worker",
]
