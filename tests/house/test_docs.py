"""The documentation keeps step: settings, commands, links and the two commands of the README."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

import dev
from webui.cli import COMMANDS, qiangji
from webui.settings import SETTINGS

ROOT = Path(dev.__file__).resolve().parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@cache
def pages() -> tuple[Path, ...]:
    """Every Markdown file of the project itself."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


def text(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def targets(page: Path) -> list[Path]:
    """The files and folders that a page links to."""
    found = [link.split("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    return [(page.parent / link).resolve() for link in found if link and "://" not in link]


def commands() -> list[str]:
    """`serve`, `log`, `log import`, …: every command and group of the help."""
    found: list[str] = []
    context = click.Context(qiangji)
    for name in COMMANDS:
        command = qiangji.get_command(context, name)
        found += [name, *(f"{name} {inner}" for inner in getattr(command, "commands", ()))]
    return found


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_described_with_its_default(setting: object) -> None:
    rows = [line for line in text(ROOT / "docs/howto/settings.md").splitlines() if f"| `{setting.name}` |" in line]
    assert len(rows) == 1
    assert f"| `{setting.default}` |" in rows[0] if setting.default else "| empty |" in rows[0]


def test_no_setting_is_described_that_there_is_not() -> None:
    described = set(re.findall(r"^\| `(QIANGJI_\w+)`", text(ROOT / "docs/howto/settings.md"), re.MULTILINE))
    assert described == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme_or_a_howto(command: str) -> None:
    written = text(ROOT / "README.md", *sorted((ROOT / "docs/howto").glob("*.md")))
    assert f"qiangji {command}" in written


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [str(target) for target in targets(page) if not target.exists()] == []


def test_every_page_is_linked_from_the_readme_or_the_architecture() -> None:
    linked = {target for page in (ROOT / "README.md", ROOT / "docs/architecture.md") for target in targets(page)}
    assert [page for page in sorted((ROOT / "docs").rglob("*.md")) if page not in linked] == []


def test_the_two_commands_of_the_readme_exist() -> None:
    told = re.findall(r"^python3 dev\.py (\w+)", text(ROOT / "README.md"), re.MULTILINE)
    assert told[:2] == ["run", "test"]
    assert set(told) <= set(dev.COMMANDS)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_dev_command_that_is_told_exists(page: Path) -> None:
    assert set(re.findall(r"python3 dev\.py (\w+)", text(page))) <= set(dev.COMMANDS)
