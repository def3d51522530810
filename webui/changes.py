"""Two groups of cases of a log side by side, compared in the background and kept as long as no newer event is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from mining.change import Change, change
from mining.filters import Filter, write
from webui.analyses import jobs
from webui.answers import db, engine
from webui.jobs import Job, Progress
from webui.subjects import position, subject


@dataclass(frozen=True)
class Pair:
    """Two filters of a log (`of`: a procedure's key, or `log:` and a name), both within `where`."""

    of: str
    before: Filter
    after: Filter
    where: Filter | None = None

    def key(self) -> str:
        """Of the job that compares them; another one when something new happened."""
        texts = [write(each) if each else "" for each in (self.before, self.after, self.where)]
        return f"change:{self.of}:{position(db(), self.of)}:{'|'.join(texts)}"


def compared(pair: Pair, *, by: str, now: datetime) -> Job:
    """The job that compares them, begun if need be; its result is a Change when it is done."""
    key = pair.key()
    known = jobs().find(key)
    if known is not None:
        return known
    settings, database = current_app.config["SETTINGS"], engine()

    def work(progress: Progress) -> Change:
        progress("snapshot", None)
        found = subject(settings, database, pair.of, now=now)
        progress("change", None)
        return change(
            found.log,
            pair.before,
            pair.after,
            found.models or None,
            where=pair.where,
            calendar=found.hours,
            limits=found.limits,
        )

    return jobs().start(key, work, by=by, now=now)


def result(key: str) -> Change | None:
    """What was found under that key, None where it is not there (any more)."""
    job = jobs().find(key)
    return job.result if job is not None and isinstance(job.result, Change) else None
