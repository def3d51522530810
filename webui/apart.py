"""Heavy work in a process of its own: its memory goes when it ends, and neither pages nor other jobs wait for its turn.

The processes are forked off one that has loaded what they need and does nothing else: loading takes longer than most analyses.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from webui.errors import DiedApart

Answer = TypeVar("Answer")
LOADED = ["webui.making"]


def ready() -> None:
    """Let what is needed be loaded now, beside whatever goes on here, and not when the first work comes."""
    get_context("forkserver").set_forkserver_preload(LOADED)
    forkserver.ensure_running()


def apart(work: Callable[..., Answer], *given: Any) -> Answer:
    """What `work(*given)` returns, called in a new process; raises DiedApart where that ends without an answer.

    `work` is a function of a module, and what goes in and comes out can be pickled; it must not raise. When this process is
    killed the other one ends with its work: nothing is left waiting.
    """
    forking = get_context("forkserver")
    forking.set_forkserver_preload(LOADED)
    here, there = forking.Pipe(duplex=False)
    process = forking.Process(target=_answering, args=(there, work, given), name=work.__name__)
    process.start()
    there.close()
    try:
        answer: Answer = here.recv()
    except EOFError:
        process.join()
        raise DiedApart(work.__name__, process.exitcode or 0) from None
    finally:
        here.close()
    process.join()
    return answer


def _answering(told: Connection, work: Callable[..., Answer], given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; whoever asked waits for the answer
    told.send(work(*given))
    told.close()
