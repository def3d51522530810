"""Two people act in the same moment through the pages: one wins, the other is told who and when, and nobody sees a lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.webui.conftest import MONDAY, REFUND, SignIn
from webui.answers import db
from webui.auth import PUBLIC, requires
from webui.database import transaction
from webui.settings import Settings, read_settings
from workflows import cases
from workflows.locking import locked_case

AT_ONCE = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    given = {"QIANGJI_HOME": str(tmp_path / "home"), "QIANGJI_CLOCK": "no"}
    if request.param == "postgresql":
        given["QIANGJI_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return read_settings(given)


def at_once(*work: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(work))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def test_one_submits_and_the_others_are_told_who_and_when(signed_in: SignIn, case: str) -> None:
    clients = [signed_in("clerk") for _ in range(AT_ONCE)]
    told = at_once(*[lambda c=c: c.post("/tasks/1/complete", data={"accept_outcome": "pass"}) for c in clients])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in told) == [302] + [409] * (AT_ONCE - 1), [t.text[:300] for t in told]
    late = next(answer for answer in told if answer.status_code == 409)
    assert "clerk" in late.text.lower() and "10:00" in late.text, "who did it, and when"


def test_requests_that_want_each_others_cases_both_get_through(
    app: Flask, engine: sa.Engine, settings: Settings, case: str
) -> None:
    with transaction(engine) as session:
        other = cases.start(session, "vat_credit_refund", REFUND, now=MONDAY, office="east").number
    together, tries = Barrier(2), []
    meets = engine.dialect.name == "postgresql"  # on SQLite the second one begins when the first has ended

    def both(first: str, second: str) -> str:
        tries.append(first)
        locked_case(db(), first)
        if meets and len(tries) <= 2:
            together.wait(timeout=20)
        return locked_case(db(), second).number

    app.add_url_rule("/both/<first>/<second>", "both", requires(PUBLIC)(both), methods=["POST"])
    ways = ((case, other), (other, case))
    told = at_once(*[lambda w=w: app.test_client().post(f"/both/{w[0]}/{w[1]}") for w in ways])  # type: ignore[misc]
    assert [answer.status_code for answer in told] == [200, 200]
    assert [answer.text for answer in told] == [other, case]
    assert len(tries) == (3 if meets else 2), "what was broken off was done again"
