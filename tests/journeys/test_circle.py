"""The closed circle on the demo's year of casework: what mining names, what the simulation promises, what the engine shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bpmn.changes import HandOver
from event_logs.reading import open_log
from event_logs.warehouse import Warehouse
from event_logs.writing import write_xes
from mining import archive
from mining.evaluation import Against
from mining.performance import case_times
from tests.journeys.conftest import UNTIL
from webui import demo, improvement
from webui.cli import main
from webui.database import migrate, reading_sessions, transaction, writing_sessions
from webui.improvement import Bench, Decision
from webui.settings import read_settings
from workflows.database import open_engine, reading
from workflows.tables import Case

KEY, OWNER = "vat_credit_refund", "d03"
NOW = demo.midnight(UNTIL)
SHARE, CASES = 0.5, 150
TRIAL = timedelta(days=110)  # in which about that many cases come, and almost all of them end
Command = Callable[..., Any]

# One worker fills the year for all journeys; whichever comes first waits for it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("casework")]


@pytest.fixture
def bench(casework: Path, tmp_path: Path) -> Bench:
    home = tmp_path / "home"
    shutil.copytree(casework, home)
    settings = read_settings({"QIANGJI_HOME": str(home)})
    return Bench(open_engine(settings.database_url, durable=False), Warehouse(home))


@pytest.fixture
def command(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """A command as people call it; gives what it says as JSON, None where it says nothing so."""
    monkeypatch.setenv("QIANGJI_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Any:
        capfd.readouterr()
        main(list(words))
        said = capfd.readouterr().out
        return json.loads(said) if "--json" in words else None

    return run


def test_the_bottleneck_is_named_and_its_redesign_keeps_what_was_promised(
    bench: Bench, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "year.xes"
    command("log", "export", KEY, str(file))
    for year in (KEY, str(file)):  # recorded casework, and the same as any log that comes as a file
        worst = command("analyse", year, "--json")["worst"]
        assert worst["subject"][-1] == "second_review" and worst["rank"] == 1

    first = command("redesign", "propose", KEY, "--json")[0]["id"]
    with reading_sessions(bench.engine)() as session:
        assert isinstance(proposed := archive.proposal_of(session, first).what[0], HandOver)
        assert proposed.activity == "second_review"
    wanted = ("--share", str(SHARE), "--cases", str(CASES), "--json")
    told = command("redesign", "simulate", str(first), *wanted)
    assert told["reliable"] and told["against"] == "before"

    with transaction(bench.engine) as session:
        trial = improvement.try_out(session, first, share=SHARE, by=OWNER, now=NOW).id
    end = NOW + TRIAL
    demo.go_on(writing_sessions(bench.engine), since=NOW, until=end)
    proof = improvement.prove(bench, trial, now=end)
    for group, effect in proof.effects.items():
        assert effect.n_after >= CASES / 3
        _, low, high = told[group]
        assert low <= effect.estimate <= high, f"{group}: {effect.estimate:+.1%}, promised {low:+.1%} to {high:+.1%}"
    assert proof.fair is Against.BEFORE and proof.effect.high < 0, "shown to be shorter, not only estimated"
    assert proof.verdict is not None and proof.verdict.kept and proof.verdict.advice == "promote"

    with transaction(bench.engine) as session:
        improvement.decide(session, trial, Decision.PROMOTE, proof, by=OWNER, remark="As promised.", now=end)
    demo.go_on(writing_sessions(bench.engine), since=end, until=end + timedelta(days=7), seed=demo.SEED + 1)
    with reading_sessions(bench.engine)() as session:
        assert _versions_of_new_cases(session, end) == {2}
        entry = archive.ledger(session, KEY)[0]
        assert (
            entry.trial.decision == "promote" and entry.effect == proof.effect and entry.trial.effects == proof.effects
        )


def _versions_of_new_cases(session: Session, since: Any) -> set[int]:
    return set(session.scalars(sa.select(Case.version).where(Case.procedure == KEY, Case.opened_at >= since)))


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    one, same = (_exported(tmp_path / name) for name in ("one", "same"))
    assert one.read_bytes() == same.read_bytes()
    assert case_times(open_log(one)).count().execute() > 5


def _exported(home: Path) -> Path:
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "pseudonyms").write_bytes(bytes(32))  # two houses with keys of their own have other pseudonyms
    engine = open_engine(read_settings({"QIANGJI_HOME": str(home)}).database_url, durable=False)
    migrate(engine)
    demo.fill(writing_sessions(engine), until=date(2026, 7, 1), cases_per_year=60, now=demo.midnight(date(2026, 7, 1)))
    log = Warehouse(home).take_snapshot(reading(engine), KEY, now=demo.midnight(date(2026, 7, 1)))
    write_xes(log, home / "log.xes")
    return home / "log.xes"
