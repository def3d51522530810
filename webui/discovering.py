"""Discovered models: mined in the background, in a process of their own, kept with their job until the product stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app

from bpmn.layout import lay_out
from bpmn.model import Activity, ProcessModel
from bpmn.procedure import DESCRIPTION, Category, Procedure, procedure_from_sources
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from mining.discovery import Discovered, discovered
from mining.filters import taken
from mining.variants import variants
from webui import analyses, quality
from webui.answers import engine
from webui.database import reading_sessions
from webui.errors import NotFound
from webui.jobs import Job, Progress
from workflows import working_hours

DISCOVER = "discover:"


def running(of: str) -> Job | None:
    """The job that mines, or has mined, the log or those cases of it (`analyses.named`)."""
    return analyses.jobs().find(f"{DISCOVER}{of}")


def start(of: str, *, by: str, now: datetime) -> Job:
    """Let both miners draw what the cases did; raises JobRunning."""
    settings, database = current_app.config["SETTINGS"], engine()

    def work(progress: Progress) -> tuple[Discovered, ...]:
        name, where = analyses.parts(of)
        progress("reading", None)
        log = quality.load(settings, database, name, now=now)
        with reading_sessions(database)() as session:
            log = taken(log, where, working_hours.calendar(session))
        progress("mining", None)
        return discovered(variants(log))

    return analyses.jobs().start(f"{DISCOVER}{of}", work, by=by, now=now)


def found(of: str) -> tuple[Discovered, ...] | None:
    """What was mined, None before."""
    job = running(of)
    result: tuple[Discovered, ...] | None = job.result if job is not None else None
    return result


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
