"""The officers of a simulation: who may do which work, and who does the next piece of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mining.errors import ScenarioIncomplete
from mining.simulation.conditions import Routing, Scenario
from mining.simulation.hours import Hours
from mining.simulation.program import Element
from mining.simulation.tokens import Group, Piece, Worker


class Staff:
    """Finds an officer for each ready piece of work and the next piece for each officer who becomes free."""

    def __init__(self, scenario: Scenario, hours: list[Hours], begin: Callable[[Worker, Piece, float], None]) -> None:
        self._scenario = scenario
        self._begin = begin
        self._push = scenario.routing is Routing.PUSH
        self._workers = {o.id: Worker(o, hours[o.calendar]) for o in scenario.officers}
        self._eligible: dict[tuple[str, str | None, tuple[str, ...]], list[Worker]] = {}
        self._queues: dict[Group, deque[Piece]] = {}

    def ready(self, piece: Piece, now: float) -> None:
        """A piece of work that may be begun now."""
        candidates = self._candidates(piece)
        if self._push:
            worker = self._holder(piece) or min(candidates, key=lambda w: (w.load, w.last, w.officer.id))
            self._assign(worker, piece, now)
            if worker.busy is None:
                self._begin(worker, piece, now)
            else:
                worker.queue.append(piece)
            return
        idle = [worker for worker in candidates if worker.busy is None]
        if idle:
            worker = min(idle, key=lambda w: (w.hours.next_open(now), w.last, w.officer.id))
            self._assign(worker, piece, now)
            self._begin(worker, piece, now)
        else:
            piece.allowed = candidates
            self._queues[self._group(piece)].append(piece)

    def occupy(self, piece: Piece, now: float) -> Worker | None:
        """The officer who has begun this piece of work already, now busy with it; None where they are unknown, or busy
        with another one that they have begun: then it waits like any other."""
        worker = self._holder(piece)
        if worker is None or worker.busy is not None:
            return None
        self._candidates(piece)  # so that they are asked for more of it
        self._assign(worker, piece, now)
        worker.busy = piece
        return worker

    def _holder(self, piece: Piece) -> Worker | None:
        return None if piece.holder is None else self._workers.get(piece.holder)

    def release(self, worker: Worker, now: float) -> None:
        """The officer is free: the piece of work that has waited longest, of those they may do."""
        worker.busy = None
        worker.load -= 1
        piece = self._next_own(worker) if self._push else self._next_shared(worker)
        if piece is not None:
            if not self._push:
                self._assign(worker, piece, now)
            self._begin(worker, piece, now)

    def drop(self, piece: Piece, now: float) -> None:
        """A piece of work that was cancelled: whoever had it gets free of it."""
        worker = piece.worker
        if worker is None:
            return
        if worker.busy is piece:
            self.release(worker, now)
        else:
            worker.load -= 1

    def _assign(self, worker: Worker, piece: Piece, now: float) -> None:
        piece.worker, piece.assigned = worker, now
        worker.load += 1
        worker.last = now

    def _next_own(self, worker: Worker) -> Piece | None:
        while worker.queue:
            piece = worker.queue.popleft()
            if not piece.over:
                return piece
        return None

    def _next_shared(self, worker: Worker) -> Piece | None:
        """The longest waiting piece of all queues of the officer; the head of a queue that is not for them is passed over."""
        best: tuple[float, int, deque[Piece], Piece] | None = None
        for group in worker.groups:
            queue = self._queues[group]
            while queue and queue[0].over:
                queue.popleft()
            piece = next((p for p in queue if not p.over and worker in p.allowed), None)
            if piece is not None and (best is None or (piece.ready, piece.number) < best[:2]):
                best = piece.ready, piece.number, queue, piece
        if best is None:
            return None
        best[2].remove(best[3])
        return best[3]

    def _group(self, piece: Piece) -> Group:
        return piece.element.id, piece.case.office

    def _candidates(self, piece: Piece) -> list[Worker]:
        """The eligible officers, without those who may not act on both sides of a four-eyes pair in this case."""
        element, case = piece.element, piece.case
        key = element.id, case.office, element.posts
        if key not in self._eligible:
            self._eligible[key] = self._register(element, case.office)
        candidates = self._eligible[key]
        if element.separate_from and case.doers:
            barred = {case.doers.get(activity) for activity in element.separate_from}
            candidates = [worker for worker in candidates if worker.officer.id not in barred] or candidates
        return candidates

    def _register(self, element: Element, office: str | None) -> list[Worker]:
        group = element.id, office
        found = [self._workers[id] for id in self._names(element) if self._serves(id, office)]
        found = found or [self._workers[id] for id in self._names(element) if id in self._workers]
        if not found:
            raise ScenarioIncomplete(element.id, "the officers")
        self._queues.setdefault(group, deque())
        for worker in found:
            if group not in worker.groups:
                worker.groups.append(group)
        return found

    def _serves(self, officer: str, office: str | None) -> bool:
        own = self._workers[officer].officer.offices
        return not own or office is None or office in own

    def _names(self, element: Element) -> list[str]:
        """Who did it in the log; where the model has changed the posts, the holders of those posts."""
        work = self._scenario.work[element.id]
        learnt = self._scenario.posts.get(element.id, element.posts)
        if set(element.posts) == set(learnt):
            return list(work.officers)
        gone, come = set(learnt) - set(element.posts), set(element.posts) - set(learnt)
        stay = [o for o in self._scenario.officers if o.id in work.officers and not _only(o.posts, gone)]
        new = [o for o in self._scenario.officers if come & set(o.posts)]
        return list(dict.fromkeys(officer.id for officer in (*stay, *new)))


def _only(posts: tuple[str, ...], gone: set[str]) -> bool:
    return bool(posts) and set(posts) <= gone
