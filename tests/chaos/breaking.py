"""Breaking things for real: workers and servers are killed, connections are cut in the middle of what they carry."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.chaos import working
from tests.postgres import PostgresServer
from tests.webui.receivers import Post, http_receiver

NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.chaos.working"])
WORKERS = 4


class Wire:
    """A TCP relay before a server, which can be cut at any moment."""

    def __init__(self, port: int) -> None:
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self._ends: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                try:
                    far = socket.create_connection(self.target)
                except OSError:
                    near.close()
                    continue
                self._ends |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        self._end(source, sink)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            self._ends.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut(self) -> None:
        self._end(*list(self._ends))

    def close(self) -> None:
        self.listener.close()
        self.cut()


@dataclass
class Siege:
    """Workers on one database, what breaks them, and what they wrote down."""

    url: str
    folder: Path
    seed: int
    post: Post
    breaks: tuple[tuple[str, Callable[[], None]], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    hands: list[Any] = field(default_factory=list)
    hired: int = 0

    def hire(self) -> Any:
        self.hired += 1
        notes = self.folder / f"w{self.hired}"
        args = (self.url, self.post.address, str(notes), self.seed * 1000 + self.hired)
        hand = NURSERY.Process(target=working.main, args=args, daemon=True)
        hand.start()
        return hand

    def kill_a_worker(self) -> None:
        index = self.chance.randrange(len(self.hands))
        self.hands[index].kill()
        self.hands[index].join()
        self.hands[index] = self.hire()

    def run(self, operations: int, *, pause: float, most_seconds: float) -> list[dict[str, Any]]:
        """Let work and break until so many operations were acknowledged; gives the acknowledgements."""
        self.chance = random.Random(self.seed)
        self.hands = [self.hire() for _ in range(WORKERS)]
        ways = (("workers killed", self.kill_a_worker), ("workers killed", self.kill_a_worker), *self.breaks)
        until = time.monotonic() + most_seconds
        while self.acknowledged() < operations and time.monotonic() < until:
            time.sleep(self.chance.uniform(0.5, 1.5) * pause)
            name, act = self.chance.choice(ways)
            act()
            self.counts[name] = self.counts.get(name, 0) + 1
        self._end()
        return list(self.notes())

    def _end(self) -> None:
        for hand in self.hands:
            hand.terminate()
        for hand in self.hands:
            hand.join(60)
            if hand.is_alive():
                hand.kill()
                hand.join()
                self.counts["did not end when asked"] = self.counts.get("did not end when asked", 0) + 1

    def notes(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob("w*")):
            for line in path.read_text().splitlines():
                with contextlib.suppress(ValueError):  # killed while it wrote: nobody was told
                    yield json.loads(line)

    def acknowledged(self) -> int:
        return sum(note["what"] in ("begun", "completed", "served", "fired") for note in self.notes())


@contextlib.contextmanager
def siege_of_sqlite(folder: Path, seed: int) -> Iterator[Siege]:
    (folder / "notes").mkdir()
    with http_receiver() as post:
        yield Siege(f"sqlite:///{folder / 'office.sqlite'}", folder / "notes", seed, post)


@contextlib.contextmanager
def siege_of_postgresql(server: PostgresServer, url: str, engine: Engine, folder: Path, seed: int) -> Iterator[Siege]:
    """The workers reach the server through a wire; `url` and `engine` lead there directly."""
    wire = Wire(server.port)

    def terminate_backends() -> None:
        some = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with contextlib.suppress(DBAPIError), engine.connect() as connection:
            connection.execute(text(f"{some} AND pid <> pg_backend_pid() AND random() < 0.5"))

    def kill_the_server() -> None:
        server.kill()
        server.start()

    def cut() -> None:
        wire.cut()

    (folder / "notes").mkdir()
    behind = make_url(url).set(port=wire.port).render_as_string(hide_password=False)
    breaks = (("wires cut", cut), ("backends terminated", terminate_backends), ("servers killed", kill_the_server))
    with http_receiver() as post:
        yield Siege(behind, folder / "notes", seed, post, breaks)
    wire.close()
