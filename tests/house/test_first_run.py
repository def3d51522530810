"""The first run: a stopped demo leaves nothing half, and what is in its way is said in one sentence."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webui.settings import prepare_home, read_settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    prepare_home(read_settings({"QIANGJI_HOME": str(tmp_path)}))
    return tmp_path


def qiangji(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "webui.cli", *words)
    given = {name: value for name, value in os.environ.items() if not name.startswith("QIANGJI_")}
    return subprocess.run(
        command, env={**given, "QIANGJI_HOME": str(home)}, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.slow
def test_what_an_interrupted_demo_left_is_cleared_away_and_the_year_is_whole(home: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        (home / f"qiangji.sqlite.filling{ending}").write_bytes(b"half a year")
    said = qiangji(home, "demo", "--cases", "5")
    assert said.returncode == 0, said.stderr
    assert not list(home.glob("*.filling*"))
    again = qiangji(home, "demo", "--cases", "5")
    assert "left as it is" in again.stdout and "demo-officer" in again.stdout


@pytest.mark.parametrize(("lock", "sentence"), [("demo", "wait until it has finished"), ("clock", "stop it")])
def test_it_fills_neither_beside_another_filling_nor_under_a_server(home: Path, lock: str, sentence: str) -> None:
    with (home / "locks" / lock).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = qiangji(home, "demo", "--cases", "5")
    assert said.returncode == 2
    assert sentence in said.stderr


def test_a_taken_port_is_named_with_the_way_out(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = qiangji(home, "serve", "--check", "--port", str(taken.getsockname()[1]))
    assert said.returncode == 2
    assert "QIANGJI_PORT=" in said.stderr


def test_a_free_port_passes_the_check(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert qiangji(home, "serve", "--check", "--port", str(port)).returncode == 0
