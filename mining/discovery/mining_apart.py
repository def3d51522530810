"""A miner in a process of its own (`__main__.py`): paths go in as JSON, a drawing comes out as BPMN; neither pm4py nor its time comes near ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from math import ceil

from bpmn.errors import BpmnError
from bpmn.model import ProcessModel
from bpmn.reading import read_bpmn
from mining.discovery.steady import steady
from mining.errors import MinerFailed
from mining.variants import Variant

SECONDS = 60.0  # of processor time; by the clock it may be five times that, on a machine that has much else to do
PATIENCE = 5
MOST_STEPS = 300_000  # of the log that a miner reads; beyond, all counts are scaled down and no path is left out


class Miner(StrEnum):
    INDUCTIVE = "inductive"  # sound by construction; allows more than was done
    SPLIT = "split"  # closer to what was done; not always sound


def mined(paths: Sequence[Variant], miner: Miner, *, noise: float, seconds: float) -> ProcessModel:
    """What the miner draws, without a layout and not yet judged; raises MinerFailed. The same paths give the same drawing."""
    asked = {
        "miner": miner.value,
        "noise": noise,
        "seconds": seconds,
        "paths": [[list(path.activities), path.cases] for path in scaled(paths)],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mining.discovery"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=PATIENCE * seconds,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        return steady(read_bpmn(done.stdout))
    except subprocess.TimeoutExpired as error:
        raise MinerFailed(miner, f"it had not finished after {PATIENCE * seconds:g} seconds.") from error
    except subprocess.CalledProcessError as error:
        if -error.returncode == signal.SIGXCPU:
            raise MinerFailed(miner, f"it had not finished after {seconds:g} seconds of processor time.") from error
        told = error.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {error.returncode}"]
        raise MinerFailed(miner, f"it stopped with: {told[-1][-200:]}") from error
    except BpmnError as error:
        raise MinerFailed(miner, f"its drawing cannot be read: {error}") from error


def scaled(paths: Sequence[Variant]) -> list[Variant]:
    """The paths with fewer cases each where there are more steps than a miner should read; each path keeps one at least."""
    steps = sum(path.cases * len(path.activities) for path in paths)
    factor = min(1.0, MOST_STEPS / steps) if steps else 1.0
    return [replace(path, cases=ceil(path.cases * factor)) for path in paths]
