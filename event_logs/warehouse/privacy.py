"""Personal data on the way into the warehouse: what is kept, replaced by a pseudonym, coarsened or dropped, by rule.

A rule is a word: `keep`, `pseudonym` (a keyed HMAC: the same value always gives the same pseudonym, and without the key nobody gets
back), `drop`, `round:1000` (a number to a multiple), `first:4` (the beginning of a text), `month` or `year` (of a date). The key lies
apart from the warehouse, so that a copy of the warehouse tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from event_logs import typed_json
from event_logs.errors import BadPrivacyRule

USUAL: Mapping[str, str] = {
    "taxpayer_id": "pseudonym",
    "taxpayer_name": "pseudonym",
    "applicant": "pseudonym",
    "id_number": "pseudonym",
    "bank_account": "drop",
    "phone": "drop",
    "mail": "drop",
    "address": "drop",
}
COLUMNS = ("officer",)  # of an event, beside its attributes
_DIGITS = 16


@dataclass(frozen=True)
class Privacy:
    """The rules: for attributes, for columns, and for the attributes of single procedures; raises BadPrivacyRule."""

    key: bytes = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=lambda: dict(USUAL))
    columns: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rules in (self.attributes, self.columns, *self.procedures.values()):
            for name, rule in rules.items():
                _change(rule, self.key, name)
        for name in self.columns:
            if name not in COLUMNS:
                raise BadPrivacyRule(name, f"only {', '.join(COLUMNS)} can be hidden among the columns")

    def attributes_of(self, procedure: str) -> Mapping[str, str]:
        return {**self.attributes, **self.procedures.get(procedure, {})}

    def hides(self, procedure: str) -> Callable[[str], str]:
        """From the JSON of an event's attributes as recorded to that of the warehouse."""
        changes = {
            name: _change(rule, self.key, name)
            for name, rule in self.attributes_of(procedure).items()
            if rule != "keep"
        }
        marks = tuple(f'"{name}"' for name in changes)

        def hidden(text: str) -> str:
            if not any(mark in text for mark in marks):
                return text  # most events tell nothing of anybody
            found = {name: _changed(changes, name, value) for name, value in typed_json.loads(text).items()}
            return typed_json.dumps({name: value for name, value in found.items() if value is not _DROPPED})

        return hidden

    def column(self, name: str) -> Callable[[Any], Any] | None:
        """What becomes of the values of a column; None where they stay."""
        rule = self.columns.get(name, "keep")
        if rule == "keep":
            return None
        change = _change(rule, self.key, name)
        return lambda value: None if value is None or (found := change(value)) is _DROPPED else found


def read_privacy(rules: Path, key: Path) -> Privacy:
    """The rules of a TOML file (the usual ones where there is none), and the key, made where there is none."""
    secret = _key(key)
    if not rules.exists():
        return Privacy(secret)
    try:
        told = tomllib.loads(rules.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadPrivacyRule(rules.name, "the file is no TOML") from error
    parts = {name: told.pop(name, {}) for name in ("attributes", "columns", "procedures")}
    if told or not all(isinstance(part, dict) for part in parts.values()):
        raise BadPrivacyRule(rules.name, "only the tables attributes, columns and procedures are known")
    return Privacy(secret, {**USUAL, **parts["attributes"]}, parts["columns"], parts["procedures"])


def _key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    return path.read_bytes()


_DROPPED: Any = object()
Change = Callable[[Any], Any]


def _changed(changes: Mapping[str, Change], name: str, value: object) -> object:
    change = changes.get(name)
    return value if change is None or value is None else change(value)


def _change(rule: object, key: bytes, name: str) -> Change:
    word, _, amount = str(rule).partition(":")
    if word == "round" and amount.isdecimal() and int(amount):
        return lambda value: _rounded(value, int(amount))
    if word == "first" and amount.isdecimal():
        return lambda value: str(value)[: int(amount)]
    plain: dict[str, Change] = {
        "keep": lambda value: value,
        "drop": lambda _: _DROPPED,
        "pseudonym": lambda value: _pseudonym(value, key),
        "month": lambda value: _day(value, month=True),
        "year": lambda value: _day(value, month=False),
    }
    if amount or word not in plain:
        raise BadPrivacyRule(name, f"{rule!r} is no rule; keep, pseudonym, drop, round:N, first:N, month or year are")
    return plain[word]


def _pseudonym(value: object, key: bytes) -> str:
    text = value if isinstance(value, str) else typed_json.dumps(value)
    return f"p{hmac.new(key, text.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:_DIGITS]}"


def _rounded(value: object, step: int) -> object:
    """What is no number cannot be rounded, and is not let through."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return _DROPPED
    return type(value)(round(value / step) * step)


def _day(value: object, *, month: bool) -> object:
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        return _DROPPED
    return value.replace(day=1) if month else value.replace(month=1, day=1)
