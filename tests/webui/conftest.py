"""The application on a real SQLite file, with a small plainly invented bureau."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlalchemy.orm
from flask import Flask
from flask.testing import FlaskClient

from bpmn.procedure import Procedure, read_all_procedures
from webui import accounts, asking, making
from webui.app import create_app
from webui.asking import Asked, State
from webui.database import migrate, reading_sessions, transaction
from webui.settings import Settings, read_settings
from workflows import cases, deployment, staff, tasks
from workflows.database import open_engine
from workflows.jobs import embedded
from workflows.tables import Case, Task

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a working day
PASSWORD = "plainly-invented"
POSTS = {
    "reception": ["work"],
    "tax_source": ["work"],
    "policy": ["work"],
    "second_review": ["work"],
    "leader": ["work"],
    "refund_clerk": ["work"],
    "refund_checker": ["work"],
    "manager": ["manage"],
    "owner": ["redesign"],
    "administrator": ["administer"],
}
PEOPLE = {  # code: (office, posts)
    "clerk": ("east", ["reception"]),
    "other_clerk": ("west", ["reception"]),
    "source": ("east", ["tax_source"]),
    "manager": ("city", ["manager"]),
    "owner": ("city", ["owner"]),
    "admin": ("city", ["administrator"]),
    "idle": ("east", []),
}
REFUND = {
    "taxpayer_id": "91310000DEMO000001",
    "taxpayer_name": "示例制造有限公司",
    "credit_rating": "A",
    "tax_period": "2026-02",
    "credit_balance": "120000.00",
    "refund_amount": "80000.00",
    "doubtful_invoices": "0",
    "bank_name": "示例银行",
    "bank_account": "6222000011112222",
    "applied_on": "2026-03-01",
    "first_refund": "true",
    "key_taxpayer": "false",
}


class Hands:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@cache
def procedures() -> tuple[Procedure, ...]:
    return tuple(read_all_procedures())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"QIANGJI_HOME": str(tmp_path / "home"), "QIANGJI_CLOCK": "no"})


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    found = open_engine(settings.database_url, durable=False)
    migrate(found)
    with transaction(found) as session:
        _settle(session)
    yield found
    found.dispose()


def _settle(session: sa.orm.Session) -> None:
    staff.add_office(session, "city", {"zh": "示例市税务局", "en": "Example city bureau"})
    for key in ("east", "west"):
        staff.add_office(session, key, {"zh": f"{key}分局", "en": f"{key} office"}, parent="city")
    for post, rights in POSTS.items():
        staff.add_post(session, post, {"zh": f"{post}岗", "en": post}, rights=rights)
    for code, (office, posts) in PEOPLE.items():
        staff.add_officer(session, code, {"zh": f"演示{code}", "en": f"Demo {code}"}, office=office, posts=posts)
        session.add(accounts.Account(officer=code, password_hash=_hash(), changed_at=MONDAY))
    for procedure in procedures():
        if procedure.key in ("vat_credit_refund", "invoice_ceiling"):
            version = deployment.deploy(session, procedure, by="owner", now=MONDAY)
            deployment.activate(session, version, by="owner", now=MONDAY)


@cache
def _hash() -> str:
    return accounts.hashed(PASSWORD)


@pytest.fixture
def clock() -> Hands:
    return Hands(MONDAY)


@pytest.fixture
def app(settings: Settings, engine: sa.Engine, clock: Hands) -> Iterator[Flask]:
    made = create_app(settings, engine=engine, clock=clock)
    made.testing = False  # errors become pages, as for a real visitor
    made.config["WTF_CSRF_ENABLED"] = False  # `test_security.py` switches it on again
    yield made
    made.config["JOBS"].stop()


SignIn = Callable[..., FlaskClient]


def made(app: Flask) -> int:
    """Do what was asked for, as the job does, but in this process; says how much that was."""
    settings, engine, clock = (app.config[name] for name in ("SETTINGS", "ENGINE", "CLOCK"))
    make = making.work(settings, alone=lambda work, *given: work(*given))
    with reading_sessions(engine)() as session:
        waiting = session.execute(sa.select(Asked.kind, Asked.of).where(Asked.state == State.WAITING)).all()
    for kind, of in waiting:
        with transaction(engine) as session:
            session.execute(sa.delete(embedded.JOBS).where(embedded.JOBS.c.name == asking.MAKE))
        make(engine, {"kind": kind, "of": of}, clock())
    return len(waiting)


@pytest.fixture
def signed_in(app: Flask) -> SignIn:
    """A browser in which that officer has signed in; English unless said otherwise."""

    def enter(code: str, language: str = "en") -> FlaskClient:
        client = app.test_client()
        client.set_cookie("language", language)
        answer = client.post("/sign-in", data={"code": code, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return enter


@pytest.fixture
def case(engine: sa.Engine) -> str:
    """The number of a refund case of the east office, opened now; its first task lies on the clerk's desk."""
    with transaction(engine) as session:
        opened: Case = cases.start(session, "vat_credit_refund", REFUND, now=MONDAY, office="east", by="clerk")
        return opened.number


@pytest.fixture
def worked(engine: sa.Engine) -> None:
    """Six refund cases, accepted after one to six hours."""
    with transaction(engine) as session:
        for n in range(6):
            opened = MONDAY + timedelta(minutes=n)
            case = cases.start(session, "vat_credit_refund", REFUND, now=opened, office="east", by="clerk")
            task = session.scalars(sa.select(Task).where(Task.case == case.number)).one()
            begun = opened + timedelta(hours=n + 1)
            tasks.begin(session, task, "clerk", now=begun)
            tasks.complete(session, task, "clerk", {"accept_outcome": "pass"}, now=begun + timedelta(minutes=10))
