"""What we write opens in bpmn.io: every model of the corpora, as it was drawn and as it is laid out here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bpmn.layout import lay_out
from bpmn.model import Layout
from bpmn.reading import read_bpmn
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import corpus, needs_corpora

VIEWER = Path(__file__).parents[2] / "webui" / "static" / "vendor" / "viewer.js"
_OPEN = """async (xml) => {
  const viewer = new window.BpmnViewer({ container: document.getElementById("canvas") });
  try { const { warnings } = await viewer.importXML(xml); return { warnings: warnings.map(w => w.message) }; }
  catch (error) { return { error: error.message, warnings: [] }; }
  finally { viewer.destroy(); }
}"""
# Warnings that the files bring with them, counted when they were read; ours may not be more.
MOST_WARNINGS = {"drawn": 28, "laid out": 16}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def versions(path: Path) -> dict[str, bytes]:
    model = read_bpmn(path.read_bytes())
    if not model.nodes:
        return {}  # nothing is drawn, and bpmn.io calls that an error
    ready = repair(model).model
    return {
        "drawn": write_bpmn(model if model.layout.shapes else lay_out(model)),
        "laid out": write_bpmn(lay_out(replace(ready, layout=Layout()))),
    }


@needs_corpora
def test_every_model_opens_in_bpmn_io(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<div id="canvas" style="width:1200px;height:800px"></div>')
    page.add_script_tag(path=VIEWER)
    errors: list[str] = []
    warnings: dict[str, Counter[str]] = {"drawn": Counter(), "laid out": Counter()}
    for path in corpus():
        for version, xml in versions(path).items():
            answer: dict[str, Any] = page.evaluate(_OPEN, xml.decode())
            if "error" in answer:
                errors.append(f"{path.name}, {version}: {answer['error']}")
            warnings[version].update(f"{path.name}: {message[:120]}" for message in answer["warnings"])
    page.close()
    assert errors == []
    counted = {version: sum(found.values()) for version, found in warnings.items()}
    assert all(counted[version] <= MOST_WARNINGS[version] for version in counted), warnings
