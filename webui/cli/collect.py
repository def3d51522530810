"""`qiangji log collect`: queries on foreign databases, asked by schedule."""

from __future__ import annotations

from datetime import timedelta

import click
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from event_logs.collecting import queries
from event_logs.collecting.tables import Collection
from event_logs.warehouse import Warehouse
from webui.cli.database import changing, now, open_database, reading
from webui.cli.given import PAIR
from webui.cli.output import as_json, print_facts, print_rows
from webui.collecting import lay_down
from webui.settings import read_settings

_SHOWN = ("name", "log", "url", "last_run", "mark", "taken", "set_aside", "failure")


@click.group()
def collect() -> None:
    """Queries on foreign databases that are asked by schedule (自动采集)."""


@collect.command("add")
@click.argument("name")
@click.option("--log", required=True, help="The log that the rows go into.")
@click.option("--url", required=True, help="The database, as SQLAlchemy names it, without a password.")
@click.option("--password-from", metavar="VARIABLE", help="The environment variable that holds the password.")
@click.option("--query", required=True, help="One SELECT.")
@click.option("--map", "pairs", type=PAIR, multiple=True, help="A column and what it means; as in `log import`.")
@click.option("--key", required=True, help="The column that names a row for good.")
@click.option("--mark", required=True, help="The column that grows: a time or a number.")
@click.option("--every", default=300, show_default=True, help="Seconds between two times.")
@click.option("--late", default=600, show_default=True, help="How far behind the mark rows may still come, in seconds.")
def add(
    name: str,
    *,
    log: str,
    url: str,
    password_from: str | None,
    query: str,
    pairs: tuple[tuple[str, str], ...],
    key: str,
    mark: str,
    every: int,
    late: int,
) -> None:
    """Ask a query from now on; the server does it, or `qiangji log collect run`."""
    with changing() as session:
        queries.add(
            session,
            name,
            log=log,
            url=url,
            password_from=password_from,
            query=query,
            mapping=dict(pairs),
            key=key,
            mark=mark,
            every=timedelta(seconds=every),
            late=timedelta(seconds=late),
            now=now(),
        )


@collect.command("run")
@click.argument("name")
@as_json
def run(name: str, wants_json: bool) -> None:
    """Ask the query NAME now."""
    with changing() as session:
        queries.find(session, name)
        new = queries.collect(session, name, now=now())
        found = queries.find(session, name)
        told = {"name": name, "new": new, "set_aside": found.set_aside, "failure": found.failure}
        log = found.log
    settings = read_settings()
    lay_down(open_database(), settings, now())
    store = Warehouse(settings.home)
    file = store.report(log).set_aside_file if log in store.names() else None
    print_facts(told | {"set_aside_file": str(file) if file else None}, wants_json=wants_json)


@collect.command("list")
@as_json
def list_(wants_json: bool) -> None:
    """The queries, and how it went."""
    with reading() as session:
        rows = [_facts(one) for one in session.scalars(sa.select(Collection).order_by(Collection.name))]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="No query is asked by schedule.")


@collect.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Ask it no more; what came stays."""
    with changing() as session:
        session.delete(queries.find(session, name))


def _facts(one: Collection) -> dict[str, object]:
    url = make_url(one.url).render_as_string(hide_password=True)
    return {name: getattr(one, name) for name in _SHOWN} | {"url": url, "mark": str(one.mark)}
