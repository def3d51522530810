"""How long it takes to decide whether each given model is sound, beside pm4py's check on the nets that it can take.

    python -m benchmarks.soundness [--all]

The models are those of the shared folder and our own procedures; each must be decided within two seconds of processor time.
`--all` prints every model. pm4py's woflan is given our net with a last place and a last step that short-circuit it, where the
net is a plain one in which one token ends the case; it may take ten seconds for each.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import statistics
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bpmn.errors import NotCovered
from bpmn.model import ProcessModel
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_all
from bpmn.semantics import Net, net, soundness

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[2] / "shared"))
BOUND = 2.0  # seconds of processor time for each model
PATIENCE = 10  # seconds on the wall that pm4py may take for one net


def models() -> Iterator[tuple[str, ProcessModel]]:
    for folder in (SHARED / "data" / "models", SHARED / "data" / "fixtures", SHARED / "peers" / "betsy"):
        files = (path for path in folder.rglob("*") if path.suffix in (".bpmn", ".xml") and "dmn" not in path.parts)
        for path in sorted(files):
            yield from ((f"{path.name} {model.key}", model) for model in read_all(path.read_bytes()).models)
    yield from ((procedure.key, procedure.model) for procedure in read_all_procedures())


def decided(model: ProcessModel) -> tuple[float, str, Net | None]:
    """(seconds of processor time, verdict, net)."""
    began = time.process_time()
    try:
        board = net(model, repeat=False)
        sound = soundness(board).sound
    except NotCovered as refused:
        return time.process_time() - began, f"not covered: {refused.element}", None
    verdict = {True: "sound", False: "not sound", None: "not decided"}[sound]
    return time.process_time() - began, verdict, board


def as_workflow_net(board: Net) -> Any:
    """The net as pm4py knows it: every last step puts its token on one place; None where it is no such net."""
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    if not board.plain or len(board.initial) != 1 or sum(not step.outputs for step in board.transitions) != 1:
        return None
    found = PetriNet(board.model)
    touched = dict.fromkeys(place for step in board.transitions for place in (*step.inputs, *step.outputs))
    places = {name: PetriNet.Place(name) for name in (*touched, ":end")}
    found.places.update(places.values())
    for step in board.transitions:
        transition = PetriNet.Transition(step.id, step.label)
        found.transitions.add(transition)
        for name in step.inputs:
            add_arc_from_to(places[name], transition, found)
        for name in step.outputs or (":end",):
            add_arc_from_to(transition, places[name], found)
    return found, Marking({places[board.initial[0]]: 1}), Marking({places[":end"]: 1})


def _theirs(board: Net, answer: Any) -> None:
    from pm4py.algo.analysis.woflan import algorithm

    game = as_workflow_net(board)
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        sound = algorithm.apply(*game, parameters={algorithm.Parameters.PRINT_DIAGNOSTICS: False})
    answer.put((time.process_time() - began, bool(sound)))


def theirs(board: Net) -> tuple[float, bool] | None:
    """What pm4py took and said, in a process of its own; None where it did not finish."""
    context = multiprocessing.get_context("fork")
    answer = context.Queue()
    worker = context.Process(target=_theirs, args=(board, answer))
    worker.start()
    worker.join(PATIENCE)
    if worker.is_alive():
        worker.terminate()
    return answer.get(timeout=1) if worker.exitcode == 0 else None


def main(*, show_all: bool) -> None:
    rows = [(*decided(model), name) for name, model in models()]
    rows.sort(key=lambda row: -row[0])
    for seconds, verdict, _, name in rows if show_all else rows[:5]:
        print(f"{seconds * 1000:9.1f} ms  {verdict:12}  {name}")
    times = [row[0] for row in rows]
    counts = {
        v: sum(row[1].startswith(v) for row in rows) for v in ("sound", "not sound", "not decided", "not covered")
    }
    print(f"{len(rows)} models: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}")
    print(f"max {max(times) * 1000:.1f} ms, median {statistics.median(times) * 1000:.2f} ms, bound {BOUND:.0f} s each")
    if max(times) > BOUND:
        raise SystemExit(f"{rows[0][3]} took {max(times):.2f} s.")
    beside_pm4py([(row[0], row[1], row[2]) for row in rows if row[2] is not None])


def beside_pm4py(rows: list[tuple[float, str, Net]]) -> None:
    ratios, agreed, unfinished = [], 0, 0
    candidates = [(seconds, verdict, board) for seconds, verdict, board in rows if as_workflow_net(board) is not None]
    for seconds, verdict, board in candidates[:: max(1, len(candidates) // 40)]:
        found = theirs(board)
        if found is None:
            unfinished += 1
            continue
        ratios.append(found[0] / seconds)
        agreed += found[1] == (verdict == "sound")
    if ratios:
        print(
            f"pm4py: {len(candidates)} of the nets are such that it takes them; on {len(ratios)} of these it needs "
            f"{statistics.median(ratios):.1f} times as long (median), and says the same on {agreed}; "
            f"{unfinished} it did not finish in {PATIENCE} s."
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    main(show_all=parser.parse_args().all)
