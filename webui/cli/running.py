"""`qiangji serve`, `work` and `migrate`: the product as processes."""

from __future__ import annotations

import signal
import threading

import click

from webui.cli.database import now, open_database
from webui.cli.output import as_json, print_facts
from webui.settings import read_settings


@click.command()
@click.option("--host", help="Instead of QIANGJI_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of QIANGJI_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages, and fire what is due unless another process does."""
    from dataclasses import replace

    from webui import serving

    settings = read_settings()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    serving.serve(settings, ready=lambda address: click.echo(f"Qiangji is at {address}"))


@click.command()
@click.option("--once", is_flag=True, help="Fire what is due now, and end.")
@as_json
def work(once: bool, wants_json: bool) -> None:
    """Fire due timers and start what the clock starts, until asked to stop; one process for each home does it."""
    from webui import scheduler
    from webui.errors import Refused

    settings = read_settings()
    engine = open_database(settings)
    if once:
        fired = 0
        while done := scheduler.tick(engine, now):
            fired += done
        print_facts({"fired": fired}, wants_json=wants_json)
        return
    clock = scheduler.start(settings, engine, now)
    if clock is None:
        raise Refused("The clock is switched off by QIANGJI_CLOCK, or another process of this home runs it already.")
    click.echo("The clock runs.", err=True)
    _wait()
    clock.stop()


def _wait() -> None:
    asked = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: asked.set())
    asked.wait()


@click.command()
@as_json
def migrate(wants_json: bool) -> None:
    """Bring the database to this version of the product; doing it twice changes nothing."""
    from sqlalchemy import make_url
    from sqlalchemy import text as sql

    settings = read_settings()
    engine = open_database(settings)
    with engine.connect() as connection:
        version = connection.execute(sql("SELECT version_num FROM alembic_version")).scalar()
    database = make_url(settings.database_url).render_as_string(hide_password=True)
    print_facts({"database": database, "version": version}, wants_json=wants_json)
