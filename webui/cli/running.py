"""`qiangji serve`, `work` and `migrate`: the product as processes."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable

import click

from webui.cli.database import now, open_database
from webui.cli.output import as_json, print_facts
from webui.errors import Refused
from webui.settings import Settings, read_settings


@click.command()
@click.option("--host", help="Instead of QIANGJI_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of QIANGJI_PORT.")
@click.option("--check", is_flag=True, help="Only say whether settings and port allow it, and end.")
def serve(host: str | None, port: int | None, check: bool) -> None:
    """Serve the pages, and fire what is due unless another process does."""
    from dataclasses import replace

    settings = read_settings()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _require_free(settings)
    if check:
        return
    from webui import serving

    logging.getLogger("alembic").setLevel(logging.WARNING)  # what it did to the tables, `qiangji migrate` tells
    serving.serve(settings, ready=lambda address: click.echo(f"Qiangji is at {address}"))


def _require_free(settings: Settings) -> None:
    """Take the port for a moment; Refused says why it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as taken:
            taken.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # a port that was just closed is free, as for waitress
            taken.bind(address)
    except OSError as error:
        raise Refused(_why_not(error, settings)) from error


def _why_not(error: OSError, settings: Settings) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{settings.host!r} is no address of this machine; QIANGJI_HOST names another."
    if error.errno == errno.EADDRINUSE:
        return f"Port {settings.port} is taken by another program; QIANGJI_PORT names another, for instance QIANGJI_PORT={_free_port(settings)}."
    return f"Port {settings.port} cannot be opened ({error.strerror}); QIANGJI_PORT names another, for instance QIANGJI_PORT=8000."


def _free_port(settings: Settings) -> int:
    with socket.create_server((settings.host, 0)) as free:
        return int(free.getsockname()[1])


@click.command()
@click.option("--once", is_flag=True, help="Fire and send what is due now, and end.")
@as_json
def work(once: bool, wants_json: bool) -> None:
    """Fire due timers, send messages and do deferred jobs until asked to stop; any number of processes may."""
    from webui import outgoing, scheduler

    settings = read_settings()
    engine = open_database(settings)
    if once:
        fired = _until_nothing_is_left(lambda: scheduler.tick(engine, now))
        sent = _until_nothing_is_left(lambda: outgoing.send_due(engine, outgoing.channels(settings), now()))
        print_facts({"fired": fired, "sent": sent}, wants_json=wants_json)
        return
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    background = scheduler.start(settings, engine, now)
    if background is None:
        raise Refused("Clock and worker are switched off by QIANGJI_CLOCK; set it to yes.")
    click.echo("Clock and worker run.", err=True)
    _wait()
    background.stop()


def _until_nothing_is_left(act: Callable[[], int]) -> int:
    total = 0
    while done := act():
        total += done
    return total


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
