"""The command, as people and scripts call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from event_logs import store
from event_logs.event import Event, Lifecycle
from event_logs.quality.records import checks_of
from event_logs.reading import object_types
from event_logs.reading.source import Source
from event_logs.warehouse import Warehouse
from event_logs.writing.objects import ENDINGS
from webui.cli import COMMANDS, main
from webui.cli.database import open_database
from webui.database import migrate, open_engine, reading_sessions, transaction
from webui.demo.staffing import appoint_everybody, read_staffing
from webui.settings import read_settings

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TABLE = "case,activity,start,end,who\n1,a,2026-03-02 09:00,2026-03-02 09:30,li\n1,b,2026-03-02 10:00,2026-03-02 10:10,wang\n2,a,soon,2026-03-02 09:00,li\n"
APPLICATION = {
    "taxpayer_id": "91440300TEST00001X",
    "taxpayer_name": "演示公司",
    "credit_rating": "A",
    "tax_type": "vat",
    "tax_due": 120000.5,
    "due_date": "2026-03-15",
    "applied_on": "2026-03-02",
    "months": 3,
    "hardship_reason": "short_of_funds",
    "funds": 1000,
    "wages": 800,
    "social_insurance": 200,
}


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command in a home of its own."""
    for name in [name for name in os.environ if name.startswith("QIANGJI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QIANGJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QIANGJI_LANGUAGE", "en")

    def run(*words: str) -> Said:
        capfd.readouterr()
        code = 0
        try:
            main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "window.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_help_names_every_command_and_is_quick() -> None:
    began = time.monotonic()
    said = subprocess.run([sys.executable, "-m", "webui.cli", "--help"], capture_output=True, text=True, check=True)
    assert time.monotonic() - began < 5  # half a second on a quiet machine
    assert all(name in said.stdout and place.help in said.stdout for name, place in COMMANDS.items())
    loaded = "import sys; import webui.cli; print([m for m in ('sqlalchemy', 'pandas', 'flask', 'duckdb') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.strip()
        == "[]"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(call: Call, name: str) -> None:
    said = call(name, "--help")
    assert said.code == 0 and said.out.startswith("Usage: qiangji")


def test_the_quality_of_a_log_is_told_by_rule_office_and_time_and_its_repairs_are_decided(
    call: Call, tmp_path: Path
) -> None:
    steps = [f"C{n},{step},2026-02-{n % 28 + 1:02} 09:00:00,east" for n in range(40) for step in ("accept", "check")]
    path = tmp_path / "slips.csv"
    path.write_text("\n".join(["case,activity,time,office", *steps, "C9,chekc,2026-02-27 09:00:00,east"]), "utf-8")
    assert call("log", "import", str(path), "--name", "slips", "--json").json["rules_broken"]["label_spelled"]
    told = call("log", "quality", "slips", "--json").json
    slip = next(rule for rule in told["rules"] if rule["rule"] == "label_spelled")
    assert (slip["post"], slip["stage"], slip["broken"], slip["case"]) == ("reception", "entry", 1, "C9")
    assert told["offices"]["east"]["broken"]["label_spelled"] == 1 and len(told["trend"]) == 2
    assert "label_spelled\taccuracy\tentry\treception\t1\t" in call("log", "quality", "slips").out
    (proposed,) = call("log", "repairs", "slips", "--json").json
    assert proposed["state"] == "proposed" and proposed["names"] == {"chekc": "check"}
    (accepted,) = call("log", "repairs", "slips", "accept", str(proposed["id"]), "--by", "owner", "--json").json
    assert (accepted["state"], accepted["decided_by"]) == ("accepted", "owner")
    assert "label_spelled" not in call("log", "quality", "slips", "--json").json["offices"]["east"]["broken"]
    assert "chekc" not in call("analyse", "slips", "--json").out, "it reads as on the pages"
    exported = tmp_path / "out.csv"
    assert call("log", "export", "slips", str(exported)).code == 0
    assert "chekc" in exported.read_text("utf-8"), "what is on file stays"
    assert call("log", "repairs", "slips", "accept").code == 2 and call("log", "quality", "nothing").code != 0


def test_a_log_comes_in_is_listed_and_goes_out(call: Call, table: Path, tmp_path: Path) -> None:
    told = call("log", "import", str(table), "--name", "window", "--json").json
    assert {key: told[key] for key in ("cases", "events", "activities", "variants", "set_aside")} == {
        "cases": 1,
        "events": 2,
        "activities": 2,
        "variants": 1,
        "set_aside": 1,
    }
    assert 0 < told["quality"] <= 1 and told["rules_broken"] == {}
    with reading_sessions(open_database())() as session:
        assert [check.occasion for check in checks_of(session, "log:window")] == ["import"]
    assert [row["name"] for row in call("log", "list", "--json").json] == ["window"]
    assert call("log", "list").out == "window\t1\t2\t2\t1\t1\n"
    said = call("log", "import", str(table), "--name", "window")
    assert "cases" in said.out and "Asia/Shanghai" in said.out and said.err == ""
    assert call("log", "export", "window", str(tmp_path / "out.xes")).code == 0
    assert "<trace>" in (tmp_path / "out.xes").read_text("utf-8")
    types = []
    for form, ending in ENDINGS.items():
        path = tmp_path / f"objects{ending}"
        assert call("log", "export", "window", str(path), "--format", form).code == 0
        types.append(object_types(Source(path)))
    assert types == [types[0]] * 3 and types[0]["case"] == 1
    assert call("log", "remove", "window").code == 0 and call("log", "list", "--json").json == []


def test_rows_that_were_set_aside_are_fed_in_again(call: Call, table: Path) -> None:
    aside = call("log", "import", str(table), "--name", "window", "--json").json["set_aside_file"]
    again = ("log", "import", "--repair", "window", aside)
    told = call(*again, "--json").json
    assert (told["added"], told["set_aside"], told["set_aside_file"]) == (0, 1, aside)
    refused = call(*again, "--replace")
    assert refused.code == 2 and "leave out" in refused.err


def test_columns_can_be_mapped_by_hand(call: Call, table: Path) -> None:
    mapped = ("--map", "case_id=who", "--map", "activity=activity", "--map", "timestamp=end", "--map", "zone=UTC")
    assert call("log", "import", str(table), *mapped, "--json").json["cases"] == 2


def test_what_cannot_be_is_one_sentence_and_exit_code_2(call: Call, table: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xes"
    broken.write_text("<log><trace>", encoding="utf-8")
    for words, part in (
        (("log", "import", str(broken)), "broken.xes, line 1: the file is cut off"),
        (("log", "import", str(tmp_path / "absent.csv")), "cannot be opened"),
        (("log", "import", str(table), "--map", "case_id=absent"), "no column 'absent'"),
        (("log", "import", str(table), "--map", "case_id"), "no name=value"),
        (("log", "export", "absent", "x.csv"), "no log named 'absent'"),
        (("analyse", "absent"), "no log named 'absent'"),
        (("analyse", str(table), "--model", "absent"), "absent"),
        (("procedure", "deploy", "absent"), "neither a folder nor one of our procedures"),
        (("case", "show", "absent"), "absent"),
        (("case", "start", "absent"), "absent"),
        (("task", "claim", "7", "--officer", "nobody"), "nobody"),
        (("redesign", "propose", "absent"), "absent"),
        (("redesign", "simulate", "7"), "7"),
        (("redesign", "trial", "7", "--by", "nobody"), "nobody"),
        (("redesign", "decide", "7"), "no trial 7"),
        (("redesign", "decide", "7", "--promote"), "say who with --by"),
        (("dance",), "no command 'dance'"),
    ):
        said = call(*words)
        assert said.code == 2 and part in said.err and said.out == "", words


def test_a_wrong_setting_and_a_database_that_does_not_answer_are_said(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANGJI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    said = call("case", "list")
    assert said.code == 2 and "check QIANGJI_DATABASE_URL" in said.err
    monkeypatch.setenv("QIANGJI_PORT", "many")
    assert "QIANGJI_PORT" in call("case", "list").err


def test_a_file_is_analysed_in_three_forms(call: Call, table: Path, tmp_path: Path) -> None:
    assert call("analyse", str(table), "--json").json["cases"] == 1
    assert call("analyse", str(table), "--format", "json", "--map", "case_id=who").json["cases"] == 2
    assert "Cases: 1" in call("analyse", str(table), "--language", "en").out
    page = tmp_path / "report.html"
    assert call("analyse", str(table), "--format", "html", "-o", str(page)).out == ""
    assert page.read_text("utf-8").startswith("<!doctype html>")


WEEKS = "case,activity,timestamp,office\n" + "".join(
    f"{week}-{n},{activity},2026-03-{2 + 7 * week:02} 0{hour}:{n:02},{'east' if n % 2 else 'west'}\n"
    for week in (0, 1)
    for n in range(24)
    for activity, hour in (("a", 1), ("b", 2 + 4 * week), *((("c", 8),) if week else ()))
)
SINCE = "started(2026-03-05T00:00Z,)"


def test_two_groups_are_compared_objects_seen_and_drawings_discovered(call: Call, tmp_path: Path) -> None:
    table, drawn = tmp_path / "weeks.csv", tmp_path / "weeks.bpmn"
    table.write_text(WEEKS)
    groups = ("--before", f"not({SINCE})", "--after", SINCE)
    found = call("compare", str(table), *groups, "--json").json
    assert found["cases"] == [24, 24] and found["looked"] >= 2
    changed = {(look["measure"], *look["subject"]) for look in found["looks"] if look["significant"]}
    assert {("lead",), ("step", "c")} <= changed
    parts = found["lead"]["by_part"]
    assert sum(parts.values()) == pytest.approx(found["lead"]["after"] - found["lead"]["before"])
    told = call("compare", str(table), *groups, "--language", "en").out
    assert "24 cases against 24" in told and "Cases with “c”" in told and "Mean after" in told
    few = call("compare", str(table), *groups, "--filter", "event(office,in,east)", "--language", "en").out
    assert "too few to tell" in few
    refused = call("compare", str(table), "--before", "not(", "--after", SINCE)
    assert refused.code == 2 and refused.out == ""
    assert call("compare", "absent", *groups).code == 2
    rows = call("discover", str(table), "-o", str(drawn), "--json").json
    assert [row["miner"] for row in rows] == ["inductive", "split"] and rows[0]["sound"]
    assert {activity.name for activity in read_bpmn(drawn.read_bytes()).activities} == {"a", "b", "c"}
    assert call("log", "import", str(table)).code == 0
    view = call("objects", "weeks", "--json").json
    assert {t["type"]: t["objects"] for t in view["types"]} == {"case": 48, "office": 2}
    assert "office" in call("objects", "weeks", "--language", "en").out
    story = call("objects", "weeks", "--object", "case:0-3", "--json").json
    assert [moment["activity"] for moment in story] == ["a", "b"]


def appoint() -> None:
    """The demo's officers into the database of this home."""
    engine = open_engine(read_settings())
    posts = {post.key: post for procedure in read_all_procedures() for post in procedure.posts}
    with transaction(engine) as session:
        appoint_everybody(session, read_staffing(), posts.values())


def test_a_case_from_application_to_the_report(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("migrate", "--json").json["version"]
    appoint()
    assert call("procedure", "deploy", "deferred_payment", "--json").json["version"] == 1
    assert [row["key"] for row in call("procedure", "list", "--json").json] == ["deferred_payment"]
    application = tmp_path / "application.json"
    application.write_text(json.dumps(APPLICATION), encoding="utf-8")
    refused = call("case", "start", "deferred_payment", "--set", "months=7", "--file", str(application))
    assert refused.code == 2 and "months" in refused.err and call("case", "list", "--json").json == []

    office = read_staffing().officers[0].office
    opened = call("case", "start", "deferred_payment", "--file", str(application), "--office", office, "--json").json
    assert opened["state"] == "running" and call("case", "list", "--state", "running", "--json").json == [opened]
    (task,) = call("task", "list", "--case", opened["number"], "--json").json
    whole = call("case", "show", opened["number"], "--json").json
    assert whole["values"]["tax_due"] == "120000.5" and whole["tasks"][0]["id"] == task["id"] and whole["events"]
    assert opened["number"] in call("case", "show", opened["number"]).out
    if task["officer"]:
        assert task["id"] in [row["id"] for row in call("task", "list", "--officer", task["officer"], "--json").json]
        refused = call("task", "complete", str(task["id"]), "--officer", task["officer"])
        assert refused.code == 2 and "required" in refused.err
        passed = ("--set", f"{task['activity']}_outcome=pass")
        done = call("task", "complete", str(task["id"]), "--officer", task["officer"], *passed, "--json")
        assert done.json["state"] == "completed" or "field" in done.err
    assert call("analyse", "deferred_payment", "--json").json["models"] == ["deferred_payment"]
    assert call("analyse", "deferred_payment", "--model", "deferred_payment@1", "--json").json["cases"] == 1
    assert call("log", "export", "deferred_payment", str(tmp_path / "d.csv")).code == 0
    monkeypatch.chdir(tmp_path)
    assert call("log", "export", "deferred_payment", "--format", "ocel-json").code == 0
    assert '"case:' in (tmp_path / "deferred_payment.json").read_text("utf-8")
    assert "--format" in call("log", "export", "deferred_payment").err
    assert call("work", "--once", "--json").json == {"fired": 0, "sent": 0}


def test_recorded_facts_are_sealed_verified_and_proven_elsewhere(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(read_settings())
    migrate(engine)
    told = [
        Event(procedure="refund", case_id=case, activity="accept", lifecycle=Lifecycle.COMPLETE, at=NOW, officer="li")
        for case in ("A", "B", "A")
    ]
    with transaction(engine) as session:
        store.append(session, told)
    log, proof, key, witness = (tmp_path / name for name in ("refund.xes.gz", "one.json", "office.pem", "witness"))
    assert call("log", "seal", "--json").json["events"] == 3
    assert call("log", "verify", "--json").json == {
        "sound": True, "events": 3, "unsealed": 0, "seal": 1, "findings": [],
        "closed_at": call("log", "seal", "--json").json["closed_at"], "key": call("log", "seal", "--json").json["key"],
    }  # fmt: skip
    key.write_text(call("log", "key").out)
    assert call("log", "export", "refund", str(log), "--proofs").code == 0
    assert call("log", "prove", "2", str(proof)).code == 0 and call("log", "witness", str(witness)).code == 0
    assert call("log", "key", "--rotate").out != key.read_text()
    sheet = tmp_path / "refund.csv"
    assert call("log", "export", "refund", str(sheet), "--proofs").code == 0
    assert call("log", "verify", str(sheet), "--key", str(key)).code == 0
    assert "should end in" in call("log", "export", "refund", str(tmp_path / "a.json"), "--proofs").err
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_refuse_update")
        connection.exec_driver_sql("UPDATE events SET officer = 'wang' WHERE position = 2")
    engine.dispose()
    found = call("log", "verify", "--witness", str(witness), "--json")
    assert found.code == 1
    assert found.json["findings"] == [
        {
            "kind": "altered",
            "position": 2,
            "case": "B",
            "sentence": "Event 2 of case B (accept) is not what was sealed.",
        }
    ]
    monkeypatch.setenv("QIANGJI_HOME", str(tmp_path / "another office"))
    monkeypatch.setenv("QIANGJI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert call("log", "verify", str(log), "--key", str(key)).code == 0
    assert call("log", "verify", str(proof), "--key", str(key)).code == 0
    proof.write_text(proof.read_text().replace('"li"', '"wang"'))
    assert "is not what was sealed" in call("log", "verify", str(proof), "--key", str(key)).out
    assert "--key" in call("log", "verify", str(log)).err


def test_the_warehouse_is_compacted_and_archived(call: Call) -> None:
    engine = open_engine(read_settings())
    migrate(engine)
    with transaction(engine) as session:
        old = Event(
            procedure="p", case_id="A", activity="a", lifecycle=Lifecycle.COMPLETE, at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        store.append(session, [old])
    Warehouse(read_settings().home).take_in(engine)
    engine.dispose()
    assert call("log", "archive", "--months", "12", "--json").json["archived_files"] == 1
    assert call("log", "compact", "--json").json == {"files": 1, "events": 1, "archived_files": 1, "through": 1}
