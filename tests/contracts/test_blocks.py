"""Models of any blocks: whatever the engine does the token game allows, and whatever it allows some case does."""

from __future__ import annotations

from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpmn.model import AnyNode, Gateway, GatewayKind, ProcessModel, Trigger
from bpmn.semantics import Net, enabled, fire, initial, net, soundness
from bpmn.semantics.net import Marking
from tests.contracts.drawings import after, boundary, drawing, end, start, subprocess, user
from tests.contracts.test_engine import _do, _trace, at_once, engine_traces
from tests.contracts.traces import played
from tests.workflows.playing import Play

MOST_ANSWERS = 3
ANSWERS = [f"v{n}" for n in range(MOST_ANSWERS)]


class Drawing:
    """Lines and nodes of a model while it grows; the kinds in `allowed` are drawn from."""

    def __init__(self, draw: st.DrawFn, allowed: list[str]) -> None:
        self.draw, self.allowed = draw, allowed
        self.lines: list[str] = []
        self.nodes: list[AnyNode] = []
        self.number = self.tasks = 0

    def name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def answer(self) -> str:
        return self.draw(st.sampled_from(ANSWERS))

    def block(self, entry: str, depth: int, scope: str | None) -> str:
        kind = self.draw(st.sampled_from(self.allowed)) if depth and self.tasks < 4 else "task"
        return getattr(self, kind)(entry, depth - 1, scope)

    def task(self, entry: str, depth: int, scope: str | None) -> str:
        self.tasks += 1
        id = self.name("t") + "x"
        self.nodes.append(user(id, scope=scope))
        self.lines.append(f"{entry} > {id}")
        return id

    def sequence(self, entry: str, depth: int, scope: str | None) -> str:
        return self.block(self.block(entry, depth, scope), depth, scope)

    def parallel(self, entry: str, depth: int, scope: str | None) -> str:
        split, join = self.gateways(GatewayKind.PARALLEL, entry, scope)
        for _ in range(2):
            self.lines.append(f"{self.block(split, depth, scope)} > {join}")
        return join

    def gateways(self, kind: GatewayKind, entry: str, scope: str | None) -> tuple[str, str]:
        split, join = self.name("split") + "x", self.name("join") + "x"
        self.nodes += [Gateway(id=split, kind=kind, scope=scope), Gateway(id=join, kind=kind, scope=scope)]
        self.lines.append(f"{entry} > {split}")
        return split, join

    def choice(self, entry: str, depth: int, scope: str | None) -> str:
        return self.chosen(GatewayKind.EXCLUSIVE, entry, depth, scope)

    def inclusive(self, entry: str, depth: int, scope: str | None) -> str:
        return self.chosen(GatewayKind.INCLUSIVE, entry, depth, scope)

    def chosen(self, kind: GatewayKind, entry: str, depth: int, scope: str | None) -> str:
        """Two branches that each begin with a task: the first on a condition, the second as the default or on another."""
        split, join = self.gateways(kind, entry, scope)
        first, other = self.name("t") + "x", self.name("t") + "x"
        self.tasks += 2
        self.nodes += [user(first, scope=scope), user(other, scope=scope)]
        self.lines += [f"{split} > {first} ? {self.answer()}", f"{split} > {other}"]
        self.nodes[self.nodes.index(Gateway(id=split, kind=kind, scope=scope))] = Gateway(
            id=split, kind=kind, scope=scope, default=f"{split}_{other}"
        )
        self.lines += [f"{first} > {join}", f"{self.block(other, depth, scope)} > {join}"]
        return join

    def loop(self, entry: str, depth: int, scope: str | None) -> str:
        head, tail = self.name("head") + "x", self.name("tail") + "x"
        self.lines.append(f"{entry} > {head}")
        last = self.block(head, depth, scope)
        self.lines += [f"{last} > {tail}", f"{tail} > {head} ? {self.answer()}"]
        out = self.name("out") + "x"
        self.nodes += [
            Gateway(id=head, scope=scope),
            Gateway(id=tail, scope=scope, default=f"{tail}_{out}"),
            Gateway(id=out, kind=GatewayKind.PARALLEL, scope=scope),
        ]
        self.lines.append(f"{tail} > {out}")
        return out

    def inside(self, entry: str, depth: int, scope: str | None) -> str:
        sub, first, last = self.name("sub") + "x", self.name("start"), self.name("end")
        self.nodes += [subprocess(sub, scope=scope), start(first, sub), end(last, sub)]
        self.lines.append(f"{entry} > {sub}")
        self.lines.append(f"{self.block(first, depth, sub)} > {last}")
        return sub

    def border(self, entry: str, depth: int, scope: str | None) -> str:
        host = self.task(entry, depth, scope)
        event, merge = self.name("late") + "x", self.name("join") + "x"
        self.nodes += [
            boundary(event, host, Trigger.TIMER, timer=after(), scope=scope),
            Gateway(id=merge, scope=scope),
        ]
        self.lines += [f"{host} > {merge}", f"{event} > {merge}"]
        return merge


ORDERED = ["task", "sequence", "parallel", "inside", "border"]
CHOOSING = [*ORDERED, "choice", "inclusive"]


@st.composite
def models(draw: st.DrawFn, allowed: list[str]) -> ProcessModel:
    page = Drawing(draw, allowed)
    last = page.block("start", draw(st.integers(1, 3)), None)
    return drawing("; ".join([*page.lines, f"{last} > end"]), *page.nodes)


def closed(board: Net, markings: set[Marking]) -> set[Marking]:
    """These markings and all that silent steps lead to."""
    found, waiting = set(markings), list(markings)
    while waiting:
        here = waiting.pop()
        for step in enabled(board, here):
            target = fire(board, here, step)
            if (step.label is None or step.label.startswith(("start", "end"))) and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def allows(board: Net, trace: tuple[str, ...], *, ended: bool) -> bool:
    """Whether the token game can take these steps, and be over then if the case is."""
    here = closed(board, {initial(board)})
    for name in trace:
        here = closed(board, {fire(board, m, t) for m in here for t in enabled(board, m) if t.label == name})
    return () in here if ended else bool(here)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models([*CHOOSING, "loop"]), st.tuples(*[st.booleans()] * MOST_ANSWERS), st.randoms(use_true_random=False))
def test_what_the_engine_does_is_allowed(model: ProcessModel, answers: tuple[bool, ...], dice: object) -> None:
    board = net(model)
    assert soundness(net(model, repeat=False)).sound is True
    play = Play(model, dict(zip(ANSWERS, answers, strict=True)))
    for _ in range(12):
        waiting = sorted(play.execution.waiting())
        if not waiting:
            break
        _do(play, model, waiting[dice.randrange(len(waiting))])  # type: ignore[attr-defined]
    assert allows(board, _trace(play, model), ended=bool(play.execution.ended))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models(CHOOSING))
def test_what_is_allowed_some_case_does(model: ProcessModel) -> None:
    longest = 6
    done: set[tuple[str, ...]] = set()
    asked = sorted({flow.condition for flow in model.flows if flow.condition})
    for answers in product((True, False), repeat=len(asked)):
        done |= engine_traces(model, dict.fromkeys(ANSWERS, False) | dict(zip(asked, answers, strict=True)), longest)
    independent = len(asked) == sum(bool(flow.condition) for flow in model.flows)
    allowed = {trace for trace in played(net(model), longest) if at_once(model, trace)}
    assert done <= allowed
    if independent:  # one answer for each choice, so that every combination of choices is some case
        assert done == allowed
