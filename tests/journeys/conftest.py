"""A real browser against the real server: the demo's bureau after some months of casework."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from waitress import create_server

from tests.webui.conftest import made
from webui import demo
from webui.app import create_app
from webui.database import migrate, writing_sessions
from webui.settings import read_settings
from workflows.database import open_engine
from workflows.rehearsal import rehearse

UNTIL = date(2026, 11, 24)
WIDTHS = {"wide": 1440, "tablet": 1024, "phone": 390}


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a bureau with the demo's year of casework by the real engine; tests work on copies.

    QIANGJI_CASEWORK may name a home that was filled in the same way before: it takes minutes.
    """
    if ready := os.environ.get("QIANGJI_CASEWORK"):
        return Path(ready)
    home = tmp_path_factory.mktemp("bureau") / "home"
    settings = read_settings({"QIANGJI_HOME": str(home)})
    home.mkdir()
    engine = open_engine(settings.database_url, durable=False)
    migrate(engine)
    demo.fill(writing_sessions(engine), until=UNTIL, now=demo.midnight(UNTIL))
    engine.dispose()
    return home


@dataclass
class Office:
    """The running product: its address, its clock, and time that passes with people at work."""

    address: str
    clock: Clock
    home: Path
    work: Callable[[timedelta], None]


@pytest.fixture
def office(casework: Path, tmp_path: Path) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(casework, home)
    settings = read_settings({"QIANGJI_HOME": str(home), "QIANGJI_CLOCK": "no"})
    engine = open_engine(settings.database_url, durable=False)
    clock = Clock(demo.midnight(UNTIL) + timedelta(hours=2))
    app = create_app(settings, engine=engine, clock=clock)
    server = create_server(app, host="127.0.0.1", port=0, threads=6)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def work(span: timedelta) -> None:
        """The bureau works on, by the demo's plan."""
        end = clock.now + span
        rehearse(writing_sessions(engine), demo.demo_plan(), start=clock.now, end=end, seed=demo.SEED + 1)
        clock.now = end

    over = threading.Event()
    reports = threading.Thread(target=lambda: [made(app) for _ in iter(lambda: over.wait(0.2), True)])
    reports.start()
    yield Office(f"http://127.0.0.1:{server.effective_port}", clock, home, work)
    over.set()
    reports.join()
    server.close()
    app.config["JOBS"].stop()
    engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.skip("There is no Chromium: CHROMIUM names one, `python3 dev.py test` brings one.")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where pictures go: QIANGJI_SCREENSHOTS, else away with the test."""
    folder = Path(os.environ.get("QIANGJI_SCREENSHOTS", tmp_path / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _complains(line: ConsoleMessage) -> bool:
    """Errors, among them every breach of the Content-Security-Policy; refused forms (4xx) are answers, not errors."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")


def _is_lost(answer: Response) -> bool:
    return answer.status >= 500 or (answer.status >= 400 and "/static/" in answer.url)


@pytest.fixture
def enter(browser: Browser, office: Office) -> Iterator[Callable[..., Page]]:
    """Sign in as one of the demo's roles; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    logins = {login.role: login for login in demo.logins()}

    def sign_in(role: str, language: str, width: str = "wide") -> Page:
        context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if _complains(line) else None)
        page.on("response", lambda answer: complaints.append(answer.url) if _is_lost(answer) else None)
        page.goto(f"{office.address}/sign-in")
        page.click(f"button[name=language][value={language}]")
        page.fill("#code", logins[role].officer)
        page.fill("#password", logins[role].password)
        page.click("form.sign button.btn-primary")
        page.wait_for_selector("main")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []
