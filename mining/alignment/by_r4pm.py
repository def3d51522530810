"""The door to r4pm: alignments by A* in Rust, in parallel, for plain Petri nets whose states are too many to write down.

Where several alignments of one path are optimal, which one it gives can differ from run to run; the costs never do.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Any

from bpmn.semantics import Net
from mining.alignment.moves import Alignment, Move, Side, Trace

MOST_STATES = 1_000_000  # for one path
_NAMESPACE = uuid.UUID("6c1f6f0e-6f6b-5f5e-9d2f-0f3f2f0d8a11")  # r4pm names places and transitions by UUID

_OPTIONS: Any = {
    "cost_fn": {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0},
    "max_states": MOST_STATES,
}


def by_r4pm(net: Net, traces: Sequence[Trace]) -> list[Alignment | None]:
    """Optimal alignments of the paths by A* with the marking equation (Adriansyah 2014; van Dongen 2018); None where `MOST_STATES` did not do."""
    if not traces:
        return []
    from r4pm.bindings import align_variants  # Rust library, loaded only where something is aligned

    labels = {_key(t.id): t.label for t in net.transitions}
    with _registered(traces) as projection:
        results = align_variants(_as_r4pm(net), projection, _OPTIONS)
    found = {tuple(result["activities"]): _read(result, labels) for result in results}
    return [found.get(trace) for trace in traces]


@contextmanager
def _registered(traces: Sequence[Trace]) -> Iterator[str]:
    """The paths in r4pm's registry, as its projection of a log on activities."""
    import r4pm

    activities = sorted({activity for trace in traces for activity in trace})
    number = {activity: at for at, activity in enumerate(activities)}
    content = {
        "activities": activities,
        "act_to_index": number,
        "traces": [[[number[activity] for activity in trace], 1] for trace in dict.fromkeys(traces)],
    }
    with TemporaryDirectory() as folder:
        file = File(folder, "paths.json")
        file.write_text(json.dumps(content), encoding="utf-8")
        item = r4pm.import_item("EventLogActivityProjection", str(file))
    try:
        yield item
    finally:
        r4pm.remove_item(item)


def _key(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _as_r4pm(net: Net) -> Any:
    """Places and transitions by UUID; the final marking is the empty one."""
    arcs = [
        {"from_to": {"type": kind, "nodes": nodes}, "weight": 1}
        for t in net.transitions
        for kind, nodes in (
            *(("PlaceTransition", [_key("p" + place), _key(t.id)]) for place in t.inputs),
            *(("TransitionPlace", [_key(t.id), _key("p" + place)]) for place in t.outputs),
        )
    ]
    marked = {_key("p" + place): net.initial.count(place) for place in net.initial}
    return {
        "places": {_key("p" + place): {"id": _key("p" + place)} for place in net.places},
        "transitions": {_key(t.id): {"id": _key(t.id), "label": t.label} for t in net.transitions},
        "arcs": arcs,
        "initial_marking": marked,
        "final_markings": [{}],
    }


def _read(result: Mapping[str, Any], labels: Mapping[str, str | None]) -> Alignment | None:
    outcome = result["result"].get("Ok")
    if outcome is None:
        return None
    trace = result["activities"]
    moves = (_move(move, trace, labels) for move in outcome["moves"])
    return Alignment(outcome["cost"], tuple(move for move in moves if move is not None))


def _move(move: Mapping[str, Mapping[str, Any]], trace: Sequence[str], labels: Mapping[str, str | None]) -> Move | None:
    [(kind, content)] = move.items()
    if kind == "SyncMove":
        return Move(Side.BOTH, trace[content["trace_event_index"]])
    if kind == "LogMove":
        return Move(Side.LOG, trace[content["trace_event_index"]])
    label = labels[content["transition"]]
    return None if label is None else Move(Side.MODEL, label)
