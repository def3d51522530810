"""The editor of a procedure lets a person set everything that the engine reads from a drawing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import webui
from tests.webui.conftest import SignIn

ROOT = Path(webui.__file__).parent
ELSEWHERE = {"name", "value"}  # of inputs and outputs, which are written in the file


def test_every_attribute_of_our_namespace_can_be_set(signed_in: SignIn) -> None:
    kinds = json.loads((ROOT / "assets" / "src" / "qiangji.json").read_text())["types"]
    ours = {p["name"] for kind in kinds for p in kind["properties"]} - ELSEWHERE
    script = (ROOT / "static" / "app" / "modeler.js").read_text()
    assert ours - set(re.findall(r'"qj:(\w+)"', script)) == set()
    page = signed_in("owner").get("/procedures/vat_credit_refund/1/edit").text
    shown = set(re.findall(r'data-field="(\w+)"', page))
    assert set(re.findall(r"^  (\w+): {", script, re.MULTILINE)) & ours <= shown
