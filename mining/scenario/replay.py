"""A recorded trace played on the token game: which choices were made, and which step enabled which."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bpmn.model import Activity, ProcessModel
from bpmn.semantics import Marking, Net, Transition, enabled, fire, initial, net
from mining.simulation.program import outcome

WIDTH = 12  # readings of a trace that are kept in parallel
SILENT_STATES = 400  # markings that are looked at between two recorded steps
START_OF_CASE = -1

Trace = tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """`choices` are (node, outcome) in order, of nodes that have several. `reached[k]` is the index of the last step that had to
    be done before choice k could be made, START_OF_CASE where none had; the last `closing` choices follow no recorded step. `enablers[i]` is the index of the step whose
    completion enabled step i, START_OF_CASE where none did, None where the step does not fit. `finished` says that the
    model's end was reached."""

    choices: tuple[tuple[str, str], ...]
    enablers: tuple[int | None, ...]
    skipped: int
    finished: bool
    reached: tuple[int, ...] = ()
    closing: int = 0


@dataclass(frozen=True)
class Standing:
    """Where an open case is: the places that hold its tokens and its choices so far. `fits` says that all its recorded steps
    and all its open work are found there."""

    places: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    fits: bool


@dataclass(frozen=True)
class _Reading:
    """One way to read the trace so far: a linked list of steps, each with its index in the trace or None if silent."""

    marking: Marking
    silent: int = 0
    last: Transition | None = None
    index: int | None = None
    before: _Reading | None = None

    def then(self, board: Net, path: Iterable[Transition], index: int | None) -> _Reading:
        """Further by silent steps, the last of them the recorded one unless `index` is None."""
        reading, steps = self, tuple(path)
        for n, step in enumerate(steps):
            recorded = index if n == len(steps) - 1 else None
            after = fire(board, reading.marking, step)
            reading = _Reading(after, reading.silent + (recorded is None), step, recorded, reading)
        return reading

    def steps(self) -> list[tuple[Transition, int | None]]:
        found: list[tuple[Transition, int | None]] = []
        reading: _Reading | None = self
        while reading is not None and reading.last is not None:
            found.append((reading.last, reading.index))
            reading = reading.before
        return found[::-1]


@dataclass
class Player:
    """Plays the traces of one model; what it has searched it remembers.

    `recorded` are the labels that the log has at all: a visible step that the log never shows counts as silent.
    """

    model: ProcessModel
    recorded: frozenset[str]
    board: Net = field(init=False)
    _ways: dict[tuple[Marking, str], list[tuple[Transition, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.board = net(self.model)
        self._activities = {node.id for node in self.model.nodes if isinstance(node, Activity)}
        self._branching = self._nodes_with_choices()

    def replay(self, trace: Trace) -> Replay:
        """The simplest reading of the trace, with the fewest silent steps; steps that do not fit are passed over."""
        readings, skipped = self._read(trace)
        best, finished = self._closed(readings)
        enablers, reached = self._makers(best, len(trace))
        return Replay(self._choices(best), enablers, skipped, finished, reached, self._closing(best))

    def standing(self, trace: Trace, waiting: Trace) -> Standing:
        """Where a case stands after these steps, with those labels begun or waiting: the fewest silent steps further."""
        readings, skipped = self._read(trace)
        wanted = Counter(waiting)
        best, missing = min(
            (self._until(reading, wanted) for reading in readings), key=lambda found: (found[1], found[0].silent)
        )
        return Standing(tuple(best.marking), self._choices(best), not skipped and not missing)

    def _until(self, reading: _Reading, wanted: Counter[str]) -> tuple[_Reading, int]:
        """The nearest marking, by silent steps, at which all of `wanted` may happen, or else most; and how many may not."""
        ways: deque[tuple[Marking, tuple[Transition, ...]]] = deque([(reading.marking, ())])
        seen, best, fewest = {reading.marking}, (), sum(wanted.values()) + 1
        while ways and fewest and len(seen) < SILENT_STATES:
            here, way = ways.popleft()
            missing = self._missing(here, wanted)
            if missing < fewest:
                best, fewest = way, missing  # type: ignore[assignment]
            for step in enabled(self.board, here):
                after = fire(self.board, here, step) if self._is_silent(step) else here
                if after not in seen:
                    seen.add(after)
                    ways.append((after, (*way, step)))
        return reading.then(self.board, best, None), fewest

    def _missing(self, marking: Marking, wanted: Counter[str]) -> int:
        """Each token can be waited at for one piece of each label."""
        tokens = Counter(marking)
        offered: Counter[str] = Counter()
        for step in enabled(self.board, marking):
            if step.label is not None:
                offered[step.label] = max(offered[step.label], tokens[step.inputs[0]])
        return sum((wanted - offered).values())

    def _read(self, trace: Trace) -> tuple[list[_Reading], int]:
        """The readings of a trace, and how many of its steps do not fit."""
        readings = [_Reading(initial(self.board))]
        skipped = 0
        for index, label in enumerate(trace):
            further = self._further(readings, index, label)
            if further:
                readings = further
            else:
                skipped += 1
        return readings, skipped

    def outcome(self, step: Transition) -> str:
        return outcome(step, activity=step.node in self._activities)

    def _nodes_with_choices(self) -> frozenset[str]:
        outcomes: dict[str, set[str]] = {}
        for step in self.board.transitions:
            if self.outcome(step) != "enter":
                outcomes.setdefault(step.node, set()).add(self.outcome(step))
        return frozenset(node for node, found in outcomes.items() if len(found) > 1)

    def _further(self, readings: list[_Reading], index: int, label: str) -> list[_Reading]:
        found: dict[Marking, _Reading] = {}
        for reading in readings:
            for way in self._ways_to(reading.marking, label):
                further = reading.then(self.board, way, index)
                known = found.get(further.marking)
                if known is None or further.silent < known.silent:
                    found[further.marking] = further
        return sorted(found.values(), key=lambda reading: reading.silent)[:WIDTH]

    def _ways_to(self, marking: Marking, label: str) -> list[tuple[Transition, ...]]:
        """Silent steps and then the labelled one, shortest first; an empty label asks for the end."""
        key = marking, label
        if key not in self._ways:
            self._ways[key] = self._search(marking, label)
        return self._ways[key]

    def _search(self, marking: Marking, label: str) -> list[tuple[Transition, ...]]:
        found: list[tuple[Transition, ...]] = [] if label or marking else [()]
        seen, waiting = {marking}, deque([(marking, ())])
        while waiting and len(seen) < SILENT_STATES and len(found) < WIDTH:
            here, way = waiting.popleft()
            for step in enabled(self.board, here):
                if label and step.label == label:
                    found.append((*way, step))
                elif self._is_silent(step):
                    after = fire(self.board, here, step)
                    if not label and not after:
                        return [(*way, step)]
                    if after not in seen:
                        seen.add(after)
                        waiting.append((after, (*way, step)))  # type: ignore[arg-type]
        return found

    def _is_silent(self, step: Transition) -> bool:
        return step.label is None or step.label not in self.recorded

    def _closed(self, readings: list[_Reading]) -> tuple[_Reading, bool]:
        for reading in readings:
            for way in self._ways_to(reading.marking, ""):
                return reading.then(self.board, way, None), True
        return readings[0], False

    def _choices(self, reading: _Reading) -> tuple[tuple[str, str], ...]:
        return tuple((step.node, self.outcome(step)) for step, _ in reading.steps() if self._is_choice(step))

    def _is_choice(self, step: Transition) -> bool:
        return step.node in self._branching and self.outcome(step) != "enter"

    def _closing(self, reading: _Reading) -> int:
        steps = reading.steps()
        recorded = max((n for n, (_, index) in enumerate(steps) if index is not None), default=-1)
        return sum(self._is_choice(step) for step, _ in steps[recorded + 1 :])

    def _makers(self, reading: _Reading, length: int) -> tuple[tuple[int | None, ...], tuple[int, ...]]:
        """The enabler of each recorded step, and what each choice had to wait for: tokens carry the index of their maker."""
        enablers: list[int | None] = [None] * length
        reached: list[int] = []
        makers: dict[str, list[int]] = {place: [START_OF_CASE] for place in initial(self.board)}
        for step, index in reading.steps():
            taken = [makers[place].pop(0) for place in step.inputs]
            if index is not None:
                enablers[index] = max(taken)
            if self._is_choice(step):
                reached.append(max(taken, default=START_OF_CASE) if index is None else index)
            for place in step.resets:
                makers.pop(place, None)
            kept = dict(zip(step.inputs, taken, strict=True))
            for place in step.outputs:
                own = index is not None and step.node == place.split(":")[0]
                made = max(taken) if index is None else index
                makers.setdefault(place, []).append(kept[place] if place in kept and not own else made)
        return tuple(enablers), tuple(reached)
