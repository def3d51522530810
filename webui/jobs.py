"""Long work in the background: one at a time, with progress that a page can ask for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from webui.errors import JobRunning

log = logging.getLogger(__name__)
KEPT = 200


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of long work; `step` says what it is doing, `share` how far it is where that is known."""

    key: str
    by: str
    asked_at: datetime
    state: JobState = JobState.WAITING
    step: str = ""
    share: float | None = None
    result: Any = field(default=None, compare=False)
    error: Exception | None = None

    @property
    def going(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)


class Jobs:
    """The jobs of this process by key; `expected` errors are shown to whoever asked, others are also logged."""

    def __init__(self, expected: tuple[type[Exception], ...]) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._expected = expected
        self._workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")

    def find(self, key: str) -> Job | None:
        with self._lock:
            return self._jobs.get(key)

    def start(self, key: str, work: Callable[[Progress], Any], *, by: str, now: datetime) -> Job:
        """Queue `work`, which is called with a function to report progress; raises JobRunning."""
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and known.going:
                raise JobRunning(key)
            job = self._jobs[key] = Job(key=key, by=by, asked_at=now)
            while len(self._jobs) > KEPT:
                self._jobs.pop(next(iter(self._jobs)))
        self._workers.submit(self._run, key, work)
        return job

    def stop(self) -> None:
        """Begin nothing new; what runs is finished."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _run(self, key: str, work: Callable[[Progress], Any]) -> None:
        self._change(key, state=JobState.RUNNING)
        try:
            result = work(self._teller(key))
        except Exception as error:  # the outermost loop of this thread: the asker must learn of any failure
            if not isinstance(error, self._expected):
                log.exception("The job %s failed", key)
            self._change(key, state=JobState.FAILED, error=error)
        else:
            self._change(key, state=JobState.DONE, share=1.0, result=result)

    def _teller(self, key: str) -> Progress:
        def tell(step: str, share: float | None = None) -> None:
            self._change(key, step=step, share=share)

        return tell

    def _change(self, key: str, **values: Any) -> None:
        with self._lock:
            if key in self._jobs:
                self._jobs[key] = replace(self._jobs[key], **values)
