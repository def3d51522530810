"""The page of change: a drift is dated, and two groups are compared, without a script."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from event_logs.warehouse import Warehouse
from tests.mining.test_change import two_periods
from tests.webui.conftest import SignIn, made


@pytest.fixture
def imported(app: Flask, tmp_path: Path) -> str:
    """Two weeks of casework; in the second nearly nobody is checked any more."""
    file = tmp_path / "weeks.csv"
    events = two_periods(4, skipped=0.95).events.to_pandas()
    times = events.pivot(index="instance", columns="lifecycle", values="at")
    rows = events.drop_duplicates("instance").set_index("instance")[["case_id", "activity"]].join(times)
    rows.rename(columns={"case_id": "case", "complete": "end"})[["case", "activity", "start", "end"]].to_csv(
        file, index=False
    )
    Warehouse(app.config["SETTINGS"].home).import_log(file, "weeks")
    return "/analysis/logs/weeks"


@pytest.mark.slow
def test_a_drift_is_dated_and_both_sides_are_compared(app: Flask, signed_in: SignIn, imported: str) -> None:
    manager = signed_in("manager")
    manager.get(imported)
    made(app)
    page = manager.get(f"{imported}?tab=change&format=json").json
    flow = next(d for d in page["drifts"] if d["family"] == "the ways cases take")  # type: ignore[index]
    assert flow["at"][:10] in ("2026-03-08", "2026-03-09", "2026-03-10")
    assert any("check" in each for each in flow["changed"])
    assert "it waits for its turn" in manager.get(flow["compare"]).text
    made(app)
    shown = manager.get(f"{flow['compare']}&format=json").json["pair"]  # type: ignore[index]
    assert sum(shown["cases"]) == 300 and shown["significant"] >= 2
    assert {"Cases with check"} <= {look["name"] for look in shown["looks"]}
    assert shown["lead"][0]["name"] == "Mean before" and shown["lead"][-1]["name"] == "Mean after"
    text = manager.get(flow["compare"]).text
    assert "significance is corrected" in text and "Mean after" in text
    picture = manager.get("/analysis/change.svg", query_string={"of": shown["name"]})
    assert picture.mimetype == "image/svg+xml" and "→" in picture.text


def test_the_form_says_two_groups(signed_in: SignIn) -> None:
    manager = signed_in("manager")
    chosen = manager.get("/analysis/change?of=log:weeks&before_office=east&after_office=west&after_since=2026-03-09")
    values = parse_qs(urlsplit(chosen.location).query)
    assert values["before"] == ["event(office,in,east)"]
    assert values["after"] == ["and(event(office,in,west),started(2026-03-08T16:00Z,))"]
    refused = manager.get("/analysis/change?of=log:weeks&before_office=east")
    assert refused.status_code == 422 and "Say of both groups" in refused.text
