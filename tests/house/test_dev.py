"""The set-up script does each step once, again when what it was made from changes, and says what it cannot do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "lock.txt").write_text("one")
    return tmp_path


def test_a_step_runs_once_and_again_when_its_source_or_its_result_changed(checkout: Path) -> None:
    source, result = checkout / "lock.txt", checkout / "built"
    runs: list[str] = []

    def build() -> None:
        runs.append(source.read_text())
        result.write_text("made")

    dev.once("build", [source], build, result)
    dev.once("build", [source], build, result)
    assert runs == ["one"]
    source.write_text("two")
    dev.once("build", [source], build, result)
    result.unlink()
    dev.once("build", [source], build, result)
    assert runs == ["one", "two", "two"]


def test_a_step_that_failed_is_tried_again(checkout: Path) -> None:
    def fail() -> None:
        raise subprocess.CalledProcessError(1, ["npm", "ci"])

    with pytest.raises(subprocess.CalledProcessError):
        dev.once("build", [checkout / "lock.txt"], fail)
    done: list[bool] = []
    dev.once("build", [checkout / "lock.txt"], lambda: done.append(True))
    assert done == [True]


def test_the_help_names_every_command() -> None:
    shown = subprocess.run([sys.executable, dev.__file__, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(f"    {command} " in shown for command in dev.COMMANDS)


def test_a_check_that_fails_says_so_and_stops_nothing() -> None:
    assert dev.passes(sys.executable, "-c", "pass")
    assert not dev.passes(sys.executable, "-c", "raise SystemExit(3)")


def test_what_the_product_refuses_ends_the_script_with_its_code(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = checkout / "qiangji"
    refusing.write_text("#!/bin/sh\nexit 2\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(dev, "BIN", checkout)
    with pytest.raises(SystemExit) as ended:
        dev.product("serve", "--check")
    assert ended.value.code == 2
