"""The page of objects: of an import and of recorded casework, and the story of one object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from event_logs.warehouse import Warehouse
from tests.webui.conftest import REFUND, SignIn, made


def shown(app: Flask, client: FlaskClient, address: str) -> dict[str, Any]:
    """The page as JSON when what it asked for is done."""
    client.get(address)
    made(app)
    page: dict[str, Any] = client.get(f"{address}&format=json").json  # type: ignore[assignment]
    return page


def test_casework_is_seen_through_its_objects(app: Flask, signed_in: SignIn, worked: None) -> None:
    manager = signed_in("manager")
    page = shown(app, manager, "/analysis/objects?of=vat_credit_refund")
    types = {each["type"]: each for each in page["view"]["types"]}
    assert types["case"]["objects"] == 6 and types["taxpayer"]["objects"] == 1
    assert types["taxpayer"]["diverging"] == 1, "its six cases have the same steps"
    assert "If one type were the case" in manager.get("/analysis/objects?of=vat_credit_refund").text
    picture = manager.get("/analysis/objects.svg?of=vat_credit_refund")
    assert picture.mimetype == "image/svg+xml"
    taxpayer = REFUND["taxpayer_id"]
    told = manager.get(f"/analysis/objects/story?object={taxpayer}").text
    assert taxpayer in told and "Demo clerk" in told
    assert "Nothing is recorded of it." in manager.get("/analysis/objects/story?object=nobody").text


def test_an_import_without_objects_says_so(app: Flask, signed_in: SignIn, tmp_path: Path) -> None:
    home = Warehouse(app.config["SETTINGS"].home)
    file = tmp_path / "flat.csv"
    file.write_text("case,activity,timestamp\n1,a,2026-03-02 01:30\n")
    home.import_log(file, "flat")
    page = shown(app, signed_in("manager"), "/analysis/objects?of=log:flat")
    assert "came without objects" in page["going"]["error"] and page["view"] is None


def test_an_object_of_an_import_has_its_story(app: Flask, signed_in: SignIn, shared: Path) -> None:
    home = Warehouse(app.config["SETTINGS"].home)
    home.import_log(shared / "data" / "logs" / "ocel2_invoice_example.json.gz", "invoices", {"case_id": "Invoice"})
    manager = signed_in("manager")
    page = shown(app, manager, "/analysis/objects?of=log:invoices")
    assert {t["type"]: t["objects"] for t in page["view"]["types"]}["Purchase Order"] == 2
    assert page["view"]["meetings"] == [] or all(m["insufficient"] for m in page["view"]["meetings"])
    assert "Create Purchase Order" in manager.get("/analysis/objects/story?of=log:invoices&object=PO1").text


@pytest.mark.parametrize("of", ["", "nothing", "log:nothing"])
def test_who_asks_for_the_objects_of_nothing_is_told_so(signed_in: SignIn, of: str) -> None:
    assert signed_in("manager").get("/analysis/objects", query_string={"of": of}).status_code == 404
