"""Accounts of officers: password, language, sign-ins and their throttle.

Officers themselves (name, office, posts) are staff of `workflows`; an account only says how one signs in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Index, MetaData, delete, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from event_logs.columns import Utc
from webui.errors import SignInRefused, TooManySignIns, WeakPassword

LEAST_CHARACTERS = 8
SIGN_IN_LASTS = timedelta(hours=12)
THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_OFFICER = 5
FAILURES_PER_ADDRESS = 30

metadata = MetaData()


class Base(DeclarativeBase):
    metadata = metadata


class Account(Base):
    """`officer` is the code of the officer in `workflows`."""

    __tablename__ = "accounts"

    officer: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    language: Mapped[str | None]
    changed_at: Mapped[datetime] = mapped_column(Utc)


class SignIn(Base):
    """One signed-in browser; only a hash of its token is kept."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    officer: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Utc)
    until: Mapped[datetime] = mapped_column(Utc)


class FailedSignIn(Base):
    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("failed_sign_ins_recent", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    officer: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown code takes as long as a wrong password."""
    return _hasher().hash(secrets.token_hex(16))


def set_password(session: Session, officer: str, password: str, *, now: datetime) -> Account:
    """Give the officer that password and end all of his sign-ins; raises WeakPassword."""
    if len(password) < LEAST_CHARACTERS or password.lower() == officer.lower():
        raise WeakPassword(LEAST_CHARACTERS)
    account = session.get(Account, officer) or Account(officer=officer)
    account.password_hash = hashed(password)
    account.changed_at = now
    session.add(account)
    session.execute(delete(SignIn).where(SignIn.officer == officer))
    return account


def sign_in(session: Session, officer: str, password: str, *, address: str, now: datetime) -> str:
    """The token of a new sign-in; raises SignInRefused or TooManySignIns, in which case the caller calls `note_failure`."""
    _refuse_when_throttled(session, officer, address, now)
    check_password(session, officer, password)
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=_digest(token), officer=officer, at=now, until=now + SIGN_IN_LASTS))
    session.execute(delete(SignIn).where(SignIn.until < now))
    session.execute(delete(FailedSignIn).where(FailedSignIn.officer == officer))
    return token


def check_password(session: Session, officer: str, password: str) -> None:
    """Raise SignInRefused unless this is the officer's password."""
    account = session.get(Account, officer)
    if not _fits(account.password_hash if account else _nobody(), password):
        raise SignInRefused


def note_failure(session: Session, officer: str, *, address: str, now: datetime) -> None:
    """Remember a failed attempt; those too old to count are forgotten."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - THROTTLE_WINDOW))
    session.add(FailedSignIn(officer=officer[:100], address=address, at=now))


def officer_of(session: Session, token: str, *, now: datetime) -> str | None:
    """The code of the officer whose sign-in this is, None where it has ended."""
    found = session.get(SignIn, _digest(token))
    return found.officer if found and found.until > now else None


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == _digest(token)))


def language_of(session: Session, officer: str) -> str | None:
    account = session.get(Account, officer)
    return account.language if account else None


def set_language(session: Session, officer: str, language: str) -> None:
    if account := session.get(Account, officer):
        account.language = language


def _refuse_when_throttled(session: Session, officer: str, address: str, now: datetime) -> None:
    recent = FailedSignIn.at > now - THROTTLE_WINDOW
    mine = or_(FailedSignIn.officer == officer, FailedSignIn.address == address)
    count = func.count().filter
    row = session.execute(
        select(count(FailedSignIn.officer == officer), count(FailedSignIn.address == address))
        .select_from(FailedSignIn)
        .where(recent, mine)
    ).one()
    if row[0] >= FAILURES_PER_OFFICER or row[1] >= FAILURES_PER_ADDRESS:
        raise TooManySignIns(THROTTLE_WINDOW // timedelta(minutes=1))


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
