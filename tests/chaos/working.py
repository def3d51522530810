"""One process that works: it acts, and writes down what it was told was done. It may be killed between any two instructions."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from psycopg import OperationalError as PostgresqlError
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from tests.chaos.scene import KEY, WORKER, now
from webui import outgoing, scheduler
from webui.outgoing.webhook import Webhook
from webui.settings import read_settings
from workflows import cases, deadlines, external, jobs, tasks
from workflows.database import open_engine, reading_first, run
from workflows.errors import AlreadyDone, NotOpen
from workflows.tables import OPEN_TASK, Case, Task, Worker

Result = TypeVar("Result")
MOST_OPEN = 60
SECRET = "a secret of this test"
LOCK = timedelta(seconds=3)


class Hand:
    """Does one thing after another; every commit that it was told of becomes a line in its own file."""

    def __init__(self, url: str, receiver: str, notes: Path, seed: int) -> None:
        self.engine: Engine = open_engine(url)
        self.chance = random.Random(seed)
        self.name, self.done = notes.stem, 0
        self.notes = os.open(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self.ways = {"treasury": Webhook(receiver, SECRET)}
        self.worker = jobs.worker(self.engine, scheduler.work(self.ways, read_settings({})), now)
        self.asked = threading.Event()

    def work(self) -> None:
        self.worker.start()
        while not self.asked.is_set():
            act = self.chance.choices((self.begin, self.finish, self.serve, self.tick, self.send), (3, 9, 4, 2, 1))[0]
            act()
        self.worker.stop()

    def note(self, what: str, **more: Any) -> None:
        os.write(self.notes, (json.dumps({"what": what, **more}) + "\n").encode())

    def certainly(self, work: Callable[[Session], Result], *, engine: Engine | None = None) -> Result:
        """In a transaction of its own, again and again while the server is away: the work knows what it did before."""
        while True:
            try:
                return run(engine or self.engine, work)
            except (DBAPIError, PostgresqlError) as error:
                if isinstance(error, IntegrityError):
                    raise
                self.note("cut", error=type(error).__name__)
                time.sleep(self.chance.uniform(0.05, 0.3))

    def token(self) -> str:
        self.done += 1
        return f"{self.name}-{self.done}"

    # what can be done

    def begin(self) -> None:
        if self.certainly(self._open) >= MOST_OPEN:
            self.finish()
            return
        number = self.token()

        def start(session: Session) -> None:
            if session.get(Case, number) is None:  # when the answer to a commit was lost, it is there
                cases.start(session, KEY, {}, now=now(), office="east", number=number)

        self.certainly(start)
        self.note("begun", case=number)

    def _open(self, session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Task).where(Task.state.in_(OPEN_TASK))) or 0

    def finish(self) -> None:
        """Two may choose the same task: one completes it, the other is told who was faster."""
        found = self.certainly(self._any_task)
        if found is None:
            return
        id, officer, activity = found
        token = self.token()
        answers = {f"{activity}_token": token, "again": activity == "approve" and self.chance.random() < 0.3}
        try:
            self.certainly(
                lambda session: self._complete(session, id, officer, token, answers), engine=reading_first(self.engine)
            )
        except (AlreadyDone, NotOpen):
            self.note("late", task=id)
        else:
            self.note("completed", task=id, token=token)

    def _complete(self, session: Session, id: int, officer: str, token: str, answers: dict[str, Any]) -> None:
        task = session.get_one(Task, id)
        if token not in (task.answers or {}).values():  # when the answer to a commit was lost, it is done
            tasks.complete(session, id, officer, answers, now=now())

    def _any_task(self, session: Session) -> tuple[int, str, str] | None:
        held = select(Task.id, Task.officer, Task.activity).where(Task.state.in_(OPEN_TASK), Task.officer.is_not(None))
        row = session.execute(held.order_by(func.random()).limit(1)).first()
        return (row[0], row[1], row[2]) if row else None

    def serve(self) -> None:
        """As an external worker: what was fetched is done, given up for others by dying, or found to be somebody else's."""
        found = self.certainly(
            lambda session: [
                task.id for task in external.fetch(session, self._me(session), limit=3, now=now(), lock=LOCK)
            ]
        )
        for id in found:
            result = {"token": self.token()}
            try:
                self.certainly(lambda s, id=id, r=result: external.complete(s, id, self._me(s), r, now=now()))  # type: ignore[misc]
            except (AlreadyDone, NotOpen):
                self.note("late", external=id)
            else:
                self.note("served", external=id, token=result["token"])

    def _me(self, session: Session) -> Worker:
        return session.get_one(Worker, WORKER)

    def tick(self) -> None:
        fired = self.certainly(lambda session: deadlines.fire_due(session, now(), limit=5))
        if fired:
            self.note("fired", count=fired)

    def send(self) -> None:
        try:
            outgoing.dispatch(self.engine, self.ways, now())
        except SQLAlchemyError as error:
            self.note("cut", error=type(error).__name__)


def main(url: str, receiver: str, notes: str, seed: int) -> None:
    """Work until asked to end (SIGTERM) or killed."""
    logging.disable(logging.ERROR)  # what breaks is meant to
    hand = Hand(url, receiver, Path(notes), seed)
    signal.signal(signal.SIGTERM, lambda *_: hand.asked.set())
    hand.work()
