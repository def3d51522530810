"""Offices, posts, the officers who hold them, and what each can do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workflows.tables.shape import Base


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
