"""The process in which a miner runs: `python -m mining.discovery`, paths on stdin, BPMN on stdout."""

from __future__ import annotations

import io
import json
import resource
import sys
import uuid
from contextlib import redirect_stdout
from math import ceil
from typing import Any

from mining.discovery.mining_apart import Miner
from mining.pm4py_bridge import inductive_drawing, split_drawing
from mining.variants import Variant


def _answer(asked: dict[str, Any]) -> bytes:
    paths = [Variant(tuple(steps), cases, 0, 0, 0, 0) for steps, cases in asked["paths"]]
    if asked["miner"] == Miner.SPLIT:
        return split_drawing(paths)
    return inductive_drawing(paths, noise=asked["noise"])


def _counted_ids() -> None:
    """Ids one after the other in place of random ones: pm4py names and orders elements by them."""
    numbers = iter(range(1, sys.maxsize))
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))


if __name__ == "__main__":
    _counted_ids()
    question = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(question["seconds"]), resource.RLIM_INFINITY))
    with redirect_stdout(io.StringIO()):  # pm4py greets whoever imports it
        drawing = _answer(question)
    sys.stdout.buffer.write(drawing)
