"""The loop of the simulation: a heap of moments, tokens that move between them, officers that work meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from event_logs.working_time import WorkingCalendar
from mining.errors import ScenarioIncomplete, SimulationTooLong
from mining.simulation.chance import draw, key_of, mixed
from mining.simulation.conditions import ATTRIBUTE, Choice, Scenario
from mining.simulation.hours import YEARS, Hours, hours_from
from mining.simulation.present import OpenCase, OpenWork, Present
from mining.simulation.program import Element, Program, Step
from mining.simulation.recording import Recorder
from mining.simulation.staff import Staff
from mining.simulation.tokens import Case, Piece, Wait, Worker

_DELAY, _TIME, _LUCK, _MIX, _ARM = (key_of(word) for word in ("delay", "time", "luck", "case mix", "arm"))
Chooser = Callable[[float, float], Program]  # arrival and luck -> version


class Run:
    """One replication. Give it cases with `run`; what happened is in the recorder."""

    def __init__(self, scenario: Scenario, recorder: Recorder, *, seed: int, first_year: int) -> None:
        self._scenario = scenario
        self._seed = mixed(seed & 0xFFFFFFFFFFFFFFFF)
        self._record = recorder
        self._hours: list[Hours] = [hours_from(calendar, first_year) for calendar in scenario.calendars]
        self._calendar: WorkingCalendar = scenario.calendars[0]
        self._staff = Staff(scenario, self._hours, self._begin)
        self._heap: list[tuple[float, int, Callable[[float, Piece], None], Piece]] = []
        self._order = count()
        self._pieces = count(1)
        self._open_counted = 0
        given = {choice.given for choice in scenario.choices.values() if choice.given}
        self._asked_attributes = sorted(name for name in given if name.startswith(ATTRIBUTE))
        self._horizon = datetime(first_year + YEARS - 1, 1, 1, tzinfo=UTC).timestamp()

    def run(self, arrivals: Iterator[float], choose: Chooser, *, cases: int, start: float) -> None:
        """Lets cases arrive until `cases` of them came at or after `start` and all of those have ended."""
        counted, number = 0, 0
        at = next(arrivals)
        while counted < cases or self._open_counted:
            if min(at, self._heap[0][0] if self._heap else at) >= self._horizon:
                raise SimulationTooLong(YEARS, self._open_counted)
            if not self._heap or at <= self._heap[0][0]:
                is_counted = at >= start and counted < cases
                self._arrive(number, at, choose, is_counted)
                counted, number = counted + is_counted, number + 1
                at = next(arrivals)
                continue
            now, _, act, piece = heappop(self._heap)
            if not piece.over:
                act(now, piece)

    # --- what is open when it begins ------------------------------------------------------------------------------------

    def take_over(self, present: Present, program: Program) -> None:
        """Puts the open cases where they stand and their work on the desks of those who have it, oldest first."""
        waiting: list[tuple[float, Piece]] = []
        for number, known in enumerate(present.cases, -len(present.cases)):
            waiting += self._placed(number, known, program, present.at)
        for enabled, piece in sorted(waiting, key=lambda each: (each[0], each[1].number)):
            self._at(self._ready_again(piece, enabled, present.at), self._ready, piece)

    def _placed(self, number: int, known: OpenCase, program: Program, now: float) -> list[tuple[float, Piece]]:
        """The case at its marking; gives the work that nobody has begun."""
        key = mixed(self._seed ^ mixed(number))
        case = Case(number, program, key, known.arrived, known.office, known.attributes, False, [0] * program.places)
        case.opened = True
        case.chosen = self._attributes_asked(known.attributes) | dict(known.made)
        case.asked = dict(Counter(node for node, _ in known.made))
        case.visits, case.doers = dict(known.visits), dict(known.doers)
        places = tuple(program.numbers[place] for place in known.places)
        self._put(case, places)
        work, waiting = list(known.work), list[tuple[float, Piece]]()
        for place in (place for place in places if program.timed[place]):
            waiting += self._resumed(case, place, work, now)
        self._settle(case, now, [place for place in places if not program.timed[place]])
        return waiting

    def _resumed(self, case: Case, place: int, work: list[OpenWork], now: float) -> list[tuple[float, Piece]]:
        """What was begun at a token goes on; `work` loses what was found here."""
        possible = [e for e in case.program.timed[place] if any(self._is_enabled(case, s) for s in e.steps[place])]
        elements, wait = tuple(possible), Wait(place)  # without events that came and do not come again
        case.waits.setdefault(place, []).append(wait)
        found = {element.id: _taken(work, element.id) for element in elements}
        since = min((w.enabled for w in found.values() if w is not None), default=now)
        events = [element for element in elements if element.is_event]
        comes = self._which_comes(case, events, certain=len(events) == len(elements)) if events else None
        waiting = []
        for element in elements:
            piece = self._piece(case, element, wait, since)
            if element.is_event:
                if element.timer is not None or element is comes:
                    self._await(piece, since, now)
            elif not self._goes_on(piece, found[element.id], now):
                waiting.append((since, piece))
        return waiting

    def _goes_on(self, piece: Piece, known: OpenWork | None, now: float) -> bool:
        """Whether it was begun and takes the rest of its time; nobody begins automatic work."""
        element = piece.element
        piece.holder = known.officer if known is not None else None
        started = known.started if known is not None else None
        if not element.staffed:
            piece.started = piece.enabled if started is None else started
            rest = element.processing.rest(self._luck(piece, _TIME), now - piece.started)
            self._at(now + rest, self._finish, piece)
            return True
        worker = self._staff.occupy(piece, now) if started is not None else None
        if worker is None or started is None:
            return False
        piece.started = started
        passed = worker.hours.worked(now) - worker.hours.worked(started)
        rest = element.processing.rest(self._luck(piece, _TIME), passed)
        self._at(worker.hours.add(now, rest), self._finish, piece)
        return True

    def _ready_again(self, piece: Piece, enabled: float, now: float) -> float:
        delay = piece.element.delay
        late = 0.0 if delay is None else delay.draw(self._luck(piece, _DELAY))
        return max(self._hours[0].add(enabled, late), now) if late else now

    # --- cases and tokens -------------------------------------------------------------------------------------------

    def _arrive(self, number: int, at: float, choose: Chooser, counted: bool) -> None:
        key = mixed(self._seed ^ mixed(number))
        mix = self._scenario.case_mix
        drawn = mix[int(draw(key, _MIX, 0) * len(mix))]
        program = choose(at, draw(key, _ARM, 0))
        case = Case(number, program, key, at, drawn.office, drawn.attributes, counted, [0] * program.places)
        case.chosen = self._attributes_asked(drawn.attributes)
        self._open_counted += counted
        self._put(case, program.initial)
        self._settle(case, at, list(program.initial))

    def _attributes_asked(self, attributes: Mapping[str, Any]) -> dict[str, str]:
        return {name: f"{attributes.get(name[1:])}" for name in self._asked_attributes}

    def _put(self, case: Case, places: tuple[int, ...]) -> None:
        for place in places:
            case.tokens[place] += 1
        case.live += len(places)

    def _settle(self, case: Case, now: float, agenda: list[int]) -> None:
        """Moves tokens until each waits for time or for another token."""
        program = case.program
        while agenda:
            place = agenda.pop()
            if case.tokens[place]:
                agenda.extend(self._arrival(case, place, now))
            if not agenda:
                for step in program.guarded:
                    if self._is_enabled(case, step):
                        agenda.extend(self._fire(case, step, now))
                        break
        if not case.live:
            self._open_counted -= case.counted
            self._record.ended(case, now)

    def _arrival(self, case: Case, place: int, now: float) -> Sequence[int]:
        program = case.program
        timed = program.timed[place]
        enabled = [step for step in program.immediate[place] if self._is_enabled(case, step)]
        if not timed:
            return self._fire(case, self._chosen(case, enabled), now) if enabled else ()
        if enabled and self._skips(case, enabled[0].node):
            return self._fire(case, enabled[0], now)
        wait = Wait(place)
        case.waits.setdefault(place, []).append(wait)
        self._enable_all(case, timed, wait, now)
        return ()

    def _is_enabled(self, case: Case, step: Step) -> bool:
        tokens = case.tokens
        for place in step.inputs:
            if not tokens[place]:
                return False
        return not any(tokens[place] for place in step.unless)

    def _fire(self, case: Case, step: Step, now: float) -> tuple[int, ...]:
        """A step that takes no time; gives the places that got a token."""
        if step.visible:
            self._record.moment(case, step.node, now)
        return self._move(case, step, now)

    def _move(self, case: Case, step: Step, now: float) -> tuple[int, ...]:
        for place in step.takes:
            self._take(case, place, now)
        for place in step.resets:
            while case.tokens[place]:
                self._take(case, place, now)
        self._put(case, step.puts)
        return step.puts

    def _take(self, case: Case, place: int, now: float) -> None:
        case.tokens[place] -= 1
        case.live -= 1
        waits = case.waits.get(place)
        if waits:
            for piece in waits.pop(0).pieces:
                self._cancel(piece, now)

    def _chosen(self, case: Case, steps: list[Step]) -> Step:
        """The step that luck takes, by the weights of the scenario."""
        if len(steps) == 1:
            return steps[0]
        node = steps[0].node
        weights, luck = self._asked(case, node)
        shares = [weights.get(step.outcome, 0.0) for step in steps]
        if not sum(shares):
            raise ScenarioIncomplete(node, "the shares of the branches")
        step = steps[_pick(shares, luck)]
        case.chosen[node] = step.outcome
        return step

    def _skips(self, case: Case, node: str) -> bool:
        """Whether an activity over a list has no instance this time."""
        weights, luck = self._asked(case, node)
        total = sum(weight for outcome, weight in weights.items() if outcome != "again")
        return bool(total) and luck * total < weights.get("skip", 0.0)

    def _asked(self, case: Case, node: str) -> tuple[Mapping[str, float], float]:
        visit = case.asked[node] = case.asked.get(node, 0) + 1
        return _weights(case, case.program.choices.get(node), visit), draw(case.key, case.program.keys[node], visit)

    # --- work and waiting -------------------------------------------------------------------------------------------

    def _enable_all(self, case: Case, elements: tuple[Element, ...], wait: Wait, now: float) -> None:
        """Everything that may happen at a token: at most one of the events without a date of their own does."""
        events = [element for element in elements if element.is_event]
        comes = self._which_comes(case, events, certain=len(events) == len(elements)) if events else None
        for element in elements:
            piece = self._piece(case, element, wait, now)
            if not element.is_event:
                self._perform(piece, now)
            elif element.timer is not None or element is comes:
                self._await(piece, now, now)

    def _which_comes(self, case: Case, events: list[Element], *, certain: bool) -> Element | None:
        """By their shares; where nothing else can move the token on (`certain`), one of them must."""
        untimed = [event for event in events if event.timer is None]
        shares = [event.wait.probability if event.wait is not None else 0.0 for event in untimed]
        if not untimed or not sum(shares):
            if certain and len(untimed) == len(events):
                raise ScenarioIncomplete(events[0].id, "how long the wait lasts")
            return None
        visit = case.visits.get(untimed[0].id, 0) + 1
        luck = draw(case.key ^ _LUCK, untimed[0].key, visit)
        total = sum(shares) if certain and len(untimed) == len(events) else max(sum(shares), 1.0)
        chosen = _pick([*shares, max(total - sum(shares), 0.0)], luck)
        return untimed[chosen] if chosen < len(untimed) else None

    def _piece(self, case: Case, element: Element, wait: Wait, now: float) -> Piece:
        visit = case.visits[element.id] = case.visits.get(element.id, 0) + 1
        piece = Piece(next(self._pieces), visit, case, element, wait, now)
        wait.pieces.append(piece)
        return piece

    def _perform(self, piece: Piece, now: float) -> None:
        element = piece.element
        late = 0.0 if element.delay is None else element.delay.draw(self._luck(piece, _DELAY))
        if not element.staffed:
            piece.started = now + late
            self._at(piece.started + element.processing.draw(self._luck(piece, _TIME)), self._finish, piece)
        elif late > 0:
            self._at(self._hours[0].add(now, late), self._ready, piece)
        else:
            self._ready(now, piece)

    def _luck(self, piece: Piece, what: int) -> float:
        return draw(piece.case.key ^ what, piece.element.key, piece.visit)

    def _await(self, piece: Piece, since: float, now: float) -> None:
        """It has been awaited since then; what should have come in the meantime comes now."""
        element = piece.element
        if element.timer is not None:
            length, in_days = element.timer
            when = self._after_working_days(since, length) if in_days else since + length
        else:
            assert element.wait is not None
            when = now + element.wait.sample.rest(self._luck(piece, _TIME), now - since)
        self._at(max(when, now), self._happen, piece)

    def _after_working_days(self, now: float, days: float) -> float:
        return self._calendar.add_days(datetime.fromtimestamp(now, UTC), int(days)).timestamp()

    def _at(self, when: float, act: Callable[[float, Piece], None], piece: Piece) -> None:
        heappush(self._heap, (when, next(self._order), act, piece))

    def _ready(self, now: float, piece: Piece) -> None:
        piece.ready = now
        self._staff.ready(piece, now)

    def _begin(self, worker: Worker, piece: Piece, now: float) -> None:
        worker.busy = piece
        piece.started = worker.hours.next_open(now)
        seconds = piece.element.processing.draw(self._luck(piece, _TIME))
        self._at(worker.hours.add(piece.started, seconds), self._finish, piece)

    def _finish(self, now: float, piece: Piece) -> None:
        self._record.completed(piece, now)
        piece.over = True
        if piece.worker is not None:
            piece.case.doers[piece.element.id] = piece.worker.officer.id
            self._staff.release(piece.worker, now)
        self._go_on(piece, now)

    def _happen(self, now: float, piece: Piece) -> None:
        self._record.happened(piece, now)
        piece.over = True
        self._go_on(piece, now)

    def _go_on(self, piece: Piece, now: float) -> None:
        """The token moves on from where the piece of work was."""
        case, place = piece.case, piece.wait.place
        step = self._chosen(case, [step for step in piece.element.steps[place] if self._is_enabled(case, step)])
        waits = case.waits[place]
        if waits[0] is not piece.wait:  # its own token goes, not the oldest at the place
            waits.remove(piece.wait)
            waits.insert(0, piece.wait)
        puts = self._move(case, step, now)
        if not step.takes:  # a non-interrupting event that may come again
            self._enable_all(case, (piece.element,), piece.wait, now)
        self._settle(case, now, list(puts))

    def _cancel(self, piece: Piece, now: float) -> None:
        if not piece.over:
            piece.over = True
            self._record.withdrawn(piece, now)
            self._staff.drop(piece, now)


def _taken(work: list[OpenWork], element: str) -> OpenWork | None:
    found = next((each for each in work if each.element == element), None)
    if found is not None:
        work.remove(found)
    return found


def _weights(case: Case, choice: Choice | None, visit: int) -> Mapping[str, float]:
    if choice is None:
        return {}
    if choice.given is not None:
        before = choice.by_outcome.get(case.chosen.get(choice.given, ""))
        if before:
            return before
    if visit > 1 and choice.later:
        return choice.later[min(visit - 2, len(choice.later) - 1)]
    return choice.weights


def _pick(shares: list[float], u: float) -> int:
    target, reached = u * sum(shares), 0.0
    for i, share in enumerate(shares):
        reached += share
        if target < reached:
            return i
    return max(i for i, share in enumerate(shares) if share)
