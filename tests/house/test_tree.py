"""The tree repeats the architecture: who imports whom, what names say, and nothing of the machine it was written on."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import dev

ROOT = Path(dev.__file__).resolve().parent
PACKAGES = ("bpmn", "event_logs", "workflows", "mining", "webui")
VAGUE = ("util", "helper", "manager", "handler", "service", "common", "base", "misc")

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = tuple("".join(parts) for parts in (("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("npm", "js.com"), ("yarn", "pkg.com"), ("registry", ".npm"), ("arti", "factory"), ("npm", "mirror")))  # fmt: skip
MACHINE = re.compile(
    r"(?<![\w./:$<-])/(?:" + "|".join(("wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers", "m" + "nt")) + r")/\w"
)


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or will be committed."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(ROOT / name for name in listed if (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    found = {}
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", "replace")
    return found


def test_packages_import_each_other_only_as_the_architecture_says() -> None:
    command = (Path(sys.executable).parent / "lint-imports", "--no-cache")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host: str) -> None:
    assert [name for name, text in texts().items() if host in text.lower()] == []


def test_no_file_names_a_path_of_a_machine() -> None:
    told = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) < 2000 and MACHINE.search(line)
    ]
    assert told == []


def test_no_module_has_a_vague_name() -> None:
    words = {path: re.split(r"[_/]", path.removesuffix(".py")) for path in texts() if path.endswith(".py")}
    vague = {form for word in VAGUE for form in (word, f"{word}s")}
    assert [path for path, parts in words.items() if vague & set(parts)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_starts_with_a_sentence(package: str) -> None:
    modules = [name for name in texts() if name.startswith(f"{package}/") and name.endswith(".py")]
    assert modules
    assert [name for name in modules if texts()[name].strip() and not texts()[name].startswith('"""')] == []


def test_the_text_of_this_file_holds_none_of_its_patterns() -> None:
    own = Path(__file__).read_text(encoding="utf-8")
    assert not MACHINE.search(own)
    assert not [host for host in REGISTRIES if host in own]
