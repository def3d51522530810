"""Runs spoilt files in processes of their own, which are killed when they take too long and begun anew when they die."""

from __future__ import annotations

import multiprocessing
import random
import resource
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.event_logs.fuzz.harm import Spoilt, spoilt
from tests.event_logs.fuzz.judged import Outcome, outcome

SECONDS, STARTING = 60.0, 60.0
A_PROCESS = 1_000  # files
MEGABYTES = 1500  # of data a process may hold, DuckDB's and Arrow's own included


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one spoilt file."""

    kind: str
    seed: str
    outcome: Outcome
    said: str
    harms: tuple[str, ...] = ()
    peak: float = 0.0  # megabytes that the process had ever held by then


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which spoilt file: the same kind and seed make the same file."""

    kind: str
    seed: str

    def file(self) -> Spoilt:
        return spoilt(self.kind, random.Random(f"{self.kind} {self.seed}"))


def wanted(kinds: Sequence[str], count: int, seed: int) -> list[Wanted]:
    """So many files, of all kinds in turn."""
    return [Wanted(kinds[n % len(kinds)], f"{seed}.{n // len(kinds)}") for n in range(count)]


def run(files: Sequence[Wanted]) -> Iterator[Told]:
    """The outcome of each file, in their order."""
    left = list(files)
    while left:
        told = _in_a_process(left[:A_PROCESS])
        yield from told
        left = left[len(told) :]


def _in_a_process(files: Sequence[Wanted]) -> list[Told]:
    """As many as it lives for; the one that it dies of is told last."""
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(files, theirs))
    process.start()
    theirs.close()
    told: list[Told] = []
    try:
        for one in files:
            if not mine.poll(SECONDS + STARTING * (not told)):
                said = f"no answer within {SECONDS:.0f} s"
                return [*told, Told(one.kind, one.seed, Outcome.HANG, said, one.file().harms)]
            told.append(mine.recv())
    except EOFError:
        process.join()
        dead = files[len(told)]
        said = f"the process died with {process.exitcode}"
        told.append(Told(dead.kind, dead.seed, Outcome.CRASH, said, dead.file().harms))
    finally:
        process.kill()
        process.join()
    return told


def _work(files: Sequence[Wanted], pipe: Any) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEGABYTES * 1024**2, MEGABYTES * 1024**2))
    for one in files:
        pipe.send(tried(one))


def tried(one: Wanted) -> Told:
    file = one.file()
    with tempfile.TemporaryDirectory(prefix="qiangji-fuzz-") as home:
        try:
            came, said = outcome(one.kind, file, Path(home))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the run looks for
            came, said = Outcome.CRASH, f"{type(error).__name__}: {str(error)[:300]}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Told(one.kind, one.seed, came, said, file.harms, peak)
