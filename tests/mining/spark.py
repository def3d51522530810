"""A real cluster of Apache Spark on loopback: a master and two workers, started by the scripts of pyspark itself."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_SECONDS = 120


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of the master; skips where there is no pyspark or no Java."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None or shutil.which("java") is None:
        pytest.skip("Spark needs pyspark and Java 17.")
    home, port = Path(found.origin).parent, _free_port()
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment |= {"SPARK_WORKER_DIR": str(folder / "work"), "SPARK_DAEMON_MEMORY": "256m"}
    address, processes = f"spark://127.0.0.1:{port}", []
    master = ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
    worker = ("worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", address)
    log = folder / "spark.log"
    try:
        for words in (master, worker, worker):
            command = (home / "bin" / "spark-class", f"org.apache.spark.deploy.{words[0]}", *words[1:])
            with log.open("ab") as output:
                processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))
        _wait(lambda: log.read_text(errors="replace").count("Successfully registered with master") == 2, log)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(timeout=30)


def _wait(ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"The cluster did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)
