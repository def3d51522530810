"""The web server: the application on waitress, with clock and worker beside it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from types import FrameType

from waitress import create_server

from webui import renewing, scheduler
from webui.app import create_app
from webui.settings import Settings


def serve(settings: Settings, *, ready: Callable[[str], None] = print) -> None:
    """Serve until the process is asked to stop; `ready` gets the address once requests are answered."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that comes late is no fault
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    app = create_app(settings)
    server = create_server(app, host=settings.host, port=settings.port, threads=settings.threads, ident="qiangji")
    background = scheduler.start(settings, app.config["ENGINE"], app.config["CLOCK"])
    renewing.ask_due(settings, app.config["ENGINE"], app.config["CLOCK"]())
    signal.signal(signal.SIGTERM, _stop)
    ready(f"http://{settings.host}:{settings.port}")
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if background is not None:
            background.stop()
        app.config["JOBS"].stop()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit
