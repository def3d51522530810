"""What commands print: JSON for programs, tables for people, progress only on a terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from webui.answers import plain

as_json = click.option("--json", "wants_json", is_flag=True, help="Print JSON.")
Row = Mapping[str, Any]
Progress = Callable[[float], None]
Steps = Callable[[str], None]


def print_json(value: Any) -> None:
    click.echo(json.dumps(_finite(plain(value)), ensure_ascii=False, indent=2))


def _finite(value: Any) -> Any:
    """JSON has no word for what is not a number: null says that it is unknown."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def print_rows(rows: Sequence[Row], columns: Sequence[str], *, wants_json: bool, empty: str) -> None:
    """All of every row as JSON, or these columns: as a table on a terminal, separated by tabs in a pipe."""
    if wants_json:
        print_json(rows)
    elif not rows:
        click.echo(empty, err=True)
    elif sys.stdout.isatty():
        _print_table(rows, columns)
    else:
        for row in rows:
            click.echo("\t".join(_cell(row.get(column)) for column in columns))


def print_facts(facts: Row, *, wants_json: bool) -> None:
    """One thing: a line for each of its facts; what is empty is left out."""
    if wants_json:
        print_json(facts)
        return
    told = {name: value for name, value in facts.items() if value not in (None, [], {}, "")}
    width = max(map(len, told), default=0)
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' '):<{width}}  {_cell(value)}")


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(markup=False, highlight=False).print(table)


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if sys.stdout.isatty() else str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A bar on stderr that takes the share that is done; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def steps(what: str) -> Iterator[Steps]:
    """A turning sign on stderr that takes the name of the step; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda name: status.update(f"{what}: {name.replace('_', ' ')}")
