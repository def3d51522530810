"""Every operator at every place of every sound model that others drew: a sound model that is drawn and read back, or a reason."""

from __future__ import annotations

import math
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bpmn.changes import (
    Automate,
    Change,
    ChangeRefused,
    Drop,
    HandOver,
    Merge,
    Move,
    Parallelise,
    Retime,
    Triage,
    apply,
)
from bpmn.errors import NotCovered
from bpmn.model import Activity, EventNode, Position, ProcessModel
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from bpmn.semantics import net, soundness
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import corpus, needs_corpora

PER_MODEL = int(os.environ.get("QIANGJI_CHANGES", "2"))


def sound_models() -> Iterator[tuple[str, ProcessModel]]:
    given = [(path.name, read_bpmn(path.read_bytes())) for path in corpus()]
    given += [(procedure.key, procedure.model) for procedure in read_all_procedures()]
    for name, model in given:
        try:
            if soundness(net(model, repeat=False)).sound:
                yield name, model
        except NotCovered:
            continue


def changes(model: ProcessModel) -> Iterator[Change]:
    """Each operator at each place where it could apply."""
    for activity in model.activities:
        id = activity.id
        yield from (Drop(id), Drop(id, "pass"), Automate(id, "amount > 1", "pass"), HandOver(id, ("clerk", "leader")))
        yield from (Triage((id,), "amount > 1"), Triage((id,), "amount > 1", passing="pass"))
        for flow in model.outgoing(id):
            following = model.node(flow.target)
            if isinstance(following, Activity):
                pair = (id, following.id)
                yield from (Parallelise(pair), Merge(*pair), Move(following.id, id))
                yield Triage(pair, "amount > 1", fast=(following.id,), passing="pass")
    for node in model.nodes:
        if isinstance(node, EventNode) and node.timer is not None:
            yield Retime(node.id, 'duration("P9D")')


def assert_drawn(model: ProcessModel, before: ProcessModel) -> None:
    """Everything is drawn, with a size and a way, and what is new lies on nothing else of its scope."""
    shapes, edges = model.layout.shapes, model.layout.edges
    assert {node.id for node in model.nodes} <= shapes.keys()
    assert {flow.id for flow in model.flows} <= edges.keys()
    for box in shapes.values():
        assert all(map(math.isfinite, (box.x, box.y, box.width, box.height))) and min(box.width, box.height) > 0
    assert all(len(points) > 1 and all(map(math.isfinite, point)) for points in edges.values() for point in points)
    for new in (node for node in model.nodes if node.id not in before.layout.shapes):
        for other in model.nodes:
            border = any(isinstance(n, EventNode) and n.position is Position.BOUNDARY for n in (new, other))
            if other.id != new.id and other.scope == new.scope and not border:
                one, two = shapes[new.id], shapes[other.id]
                apart_x = one.x + one.width <= two.x or two.x + two.width <= one.x
                assert apart_x or one.y + one.height <= two.y or two.y + two.height <= one.y, (new.id, other.id)


@needs_corpora
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_operator_on_every_sound_model() -> None:
    dice = random.Random(1)
    done: Counter[str] = Counter()
    for name, model in sound_models():
        whole = all(node.id in model.layout.shapes for node in model.nodes)
        found = list(changes(model))
        for change in found if len(found) <= PER_MODEL else dice.sample(found, PER_MODEL):
            kind = type(change).__name__
            try:
                after = apply(model, change)
            except ChangeRefused as refused:
                assert refused.reason.endswith((".", "?", ")")), refused.reason
                done[f"{kind} refused"] += 1
                continue
            done[kind] += 1
            where = f"{name}: {change}"
            assert soundness(net(after, repeat=False)).sound is True, where
            again = read_bpmn(write_bpmn(after), process=after.key)
            assert replace(again, repairs=()) == replace(after, repairs=()), where
            if whole:
                assert_drawn(after, model)
    print(dict(sorted(done.items())))
    assert {"Drop", "Automate", "HandOver", "Triage", "Parallelise", "Move", "Retime"} <= set(done)
