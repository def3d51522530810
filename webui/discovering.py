"""Discovered models: what the miners drew of a log, as it is kept, and as the draft of a new procedure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bpmn.layout import lay_out
from bpmn.model import Activity, ProcessModel
from bpmn.procedure import DESCRIPTION, Category, Procedure, procedure_from_sources
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from mining.discovery import Discovered
from mining.reports.kept import ReportKind, ReportName
from webui import analyses, renewing
from webui.errors import NotFound


def drawings_of(of: str) -> ReportName:
    """The report of the miners on a log or those cases of it (`analyses.named`)."""
    return ReportName(ReportKind.DRAWINGS, *renewing.split(of))


def found(of: str) -> tuple[Discovered, ...] | None:
    """What was mined, None before."""
    kept = analyses.kept(drawings_of(of))
    return kept.result if kept is not None else None


def model_of(of: str, miner: str, label: Callable[[str], str]) -> ProcessModel:
    """The model of that miner with the names that people know; raises NotFound."""
    for one in found(of) or ():
        if one.miner == miner and one.model is not None:
            nodes = [replace(n, name=label(n.name)) if isinstance(n, Activity) else n for n in one.model.nodes]
            return replace(one.model, nodes=tuple(nodes))
    raise NotFound("model", miner)


def drafted(model: ProcessModel, key: str, name: str, source: str) -> Procedure:
    """A procedure of that model, made ready to run as far as it is certain what it means; raises UnreadableProcedure."""
    repaired = repair(replace(model, key=key, name=name)).model
    drawing = write_bpmn(lay_out(repaired, keep=True))
    described = {"key": key, "category": Category.APPROVAL.value, "legal_basis": []}
    lines = [f"{field} = {_toml(value)}" for field, value in described.items()]
    lines += ["[name]", f"zh = {_toml(name)}", f"en = {_toml(name)}"]
    lines += ["[description]", f"zh = {_toml(source)}", f"en = {_toml(source)}"]
    posts = sorted({post for activity in repaired.activities for post in activity.posts})
    for post in posts:
        lines += ["[[post]]", f"key = {_toml(post)}", f"zh = {_toml(post)}", f"en = {_toml(post)}"]
    return procedure_from_sources({DESCRIPTION: "\n".join(lines).encode(), f"{key}.bpmn": drawing})


def _toml(value: Any) -> str:
    """JSON texts and lists of texts are TOML too."""
    return json.dumps(value, ensure_ascii=False)
