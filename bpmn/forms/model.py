"""A form: its fields with their words in both languages and the rules for their answers, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias


class Kind(StrEnum):
    """The kinds of fields, named as form-js names them."""

    TEXT_FIELD = "textfield"
    TEXT_AREA = "textarea"
    NUMBER = "number"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    CHECKLIST = "checklist"
    TAG_LIST = "taglist"
    DATE_TIME = "datetime"
    EXPRESSION = "expression"  # computed from the other answers
    FILES = "filepicker"


class Clock(StrEnum):
    """What a `datetime` field asks for."""

    DATE = "date"
    TIME = "time"
    DATE_AND_TIME = "datetime"


CHOICES = frozenset({Kind.SELECT, Kind.RADIO, Kind.CHECKLIST, Kind.TAG_LIST})
MULTIPLE = frozenset({Kind.CHECKLIST, Kind.TAG_LIST})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `value` is a FEEL value."""

    value: Any
    text: str
    names: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; its key is the variable of the case that it fills. `digits` are the decimal places that a number may have.

    `hidden_when` is a FEEL condition over the other answers and the case; a hidden field has no answer. `options_from` is FEEL
    that gives the options out of the case, `computes` FEEL that gives the value of a computed field.
    """

    key: str
    kind: Kind
    text: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    locked: bool = False
    default: Any = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    shortest: int | None = None
    longest: int | None = None
    digits: int | None = None
    pattern: str | None = None
    clock: Clock = Clock.DATE_AND_TIME
    hidden_when: str | None = None
    options_from: str | None = None
    computes: str | None = None
    several: bool = False

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.text or self.key


@dataclass(frozen=True, slots=True)
class Text:
    """Words between the fields, in Markdown."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.text


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, under one heading."""

    text: str
    parts: tuple[Part, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    hidden_when: str | None = None

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.text


@dataclass(frozen=True, slots=True)
class Lines:
    """A list whose entries all have the same fields; `key` is the variable of the case, a list of contexts."""

    key: str
    text: str
    parts: tuple[Part, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    hidden_when: str | None = None

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.text or self.key

    @property
    def form(self) -> Form:
        """What one entry asks for."""
        return Form(self.key, self.parts)


Part: TypeAlias = Field | Text | Group | Lines


@dataclass(frozen=True)
class Form:
    """A form as drawn: `parts` in their order, `fields` all of them without their groups."""

    key: str
    parts: tuple[Part, ...]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(_flat(self.parts))

    @cached_property
    def lines(self) -> tuple[Lines, ...]:
        """The lists, wherever they stand."""
        return tuple(_lists(self.parts))

    def field(self, key: str) -> Field | None:
        return next((found for found in self.fields if found.key == key), None)


def _flat(parts: tuple[Part, ...]) -> list[Field]:
    found: list[Field] = []
    for part in parts:
        if isinstance(part, Group):
            found += _flat(part.parts)
        elif isinstance(part, Field):
            found.append(part)
    return found


def _lists(parts: tuple[Part, ...]) -> list[Lines]:
    found: list[Lines] = []
    for part in parts:
        if isinstance(part, Group):
            found += _lists(part.parts)
        elif isinstance(part, Lines):
            found.append(part)
    return found
