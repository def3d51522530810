"""What people give on the command line: pairs of name and value, files of values, the settings of the surroundings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click


class Pair(click.ParamType[tuple[str, str]]):
    """`name=value`, split at the first sign of equality."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value[0], value[1]
        name, sign, text = str(value).partition("=")
        if not sign or not name.strip():
            self.fail(f"{value!r} is no name=value.", param, ctx)
        return name.strip(), text


PAIR = Pair()


def values_of(pairs: Iterable[tuple[str, str]], file: Path | None) -> dict[str, Any]:
    """The values of a JSON file (an object) with those of the pairs over them; numbers are exact."""
    found: dict[str, Any] = {}
    if file is not None:
        try:
            found = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        except (OSError, ValueError) as error:
            raise click.UsageError(f"{file} holds no JSON that can be read: {error}.") from error
        if not isinstance(found, dict):
            raise click.UsageError(f"{file} holds no JSON object of names and values.")
    return {**found, **dict(pairs)}
