"""Versions of procedures: deployed once, never changed, in use until retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bpmn.procedure import Procedure
from sqlalchemy.orm import Session

from workflows.tables import ProcedureVersion


def deploy(
    session: Session, procedure: Procedure, *, by: str | None = None, now: datetime, note: str = ""
) -> ProcedureVersion:
    raise NotImplementedError


def activate(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    raise NotImplementedError


def start_trial(
    session: Session, version: ProcedureVersion, *, share: float, by: str | None = None, now: datetime
) -> ProcedureVersion:
    raise NotImplementedError


def promote(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    raise NotImplementedError


def roll_back(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    raise NotImplementedError


def retire(session: Session, version: ProcedureVersion, *, by: str | None = None, now: datetime) -> ProcedureVersion:
    raise NotImplementedError


def version_for_new_case(session: Session, key: str, case_number: str) -> ProcedureVersion:
    raise NotImplementedError


def versions(session: Session, key: str | None = None) -> Sequence[ProcedureVersion]:
    raise NotImplementedError


def find_version(session: Session, key: str, number: int) -> ProcedureVersion:
    raise NotImplementedError


def load(session: Session, version: ProcedureVersion) -> Procedure:
    raise NotImplementedError
