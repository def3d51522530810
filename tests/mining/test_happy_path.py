"""The happy path, and how the cases of each path ended."""

from __future__ import annotations

from mining.happy_path import happy_path, outcomes
from mining.reading import read
from tests.mining.logs import Done, log_of, path
from tests.mining.test_conformance import RIGHT, drawn


def test_how_the_cases_of_each_path_ended() -> None:
    gone = [*path("gone", "start", "accept"), Done("gone", "check", None, scheduled=3, withdrawn=4)]
    log = log_of(*path("1", *RIGHT), *path("2", *RIGHT), *path("3", "start", "accept"), *gone, open_cases=["3"])
    begun, whole = outcomes(read(log, {}).cases)
    assert (whole.path, whole.finished, whole.withdrawn, whole.open) == (RIGHT, 2, 0, 0)
    assert (whole.median, whole.p90) == (5 * 3600, 5 * 3600)
    assert (begun.path, begun.finished, begun.withdrawn, begun.open, begun.median) == (RIGHT[:2], 0, 1, 1, None)


def test_the_happy_path_follows_the_drawing_however_many_do_not() -> None:
    skipping = ("start", "accept", "approve", "deliver", "end")
    log = log_of(*path("1", *skipping), *path("2", *skipping), *path("3", *RIGHT), open_cases=[])
    found = outcomes(read(log, {None: drawn()}).cases)
    assert [o.path for o in found] == [skipping, RIGHT]
    happy = happy_path(found, drawn())
    assert happy is not None and happy.path == RIGHT


def test_without_a_drawing_nothing_is_done_twice_on_it() -> None:
    again = ("a", "b", "a", "b")
    log = log_of(*path("1", *again), *path("2", *again), *path("3", "a", "b"), open_cases=[])
    happy = happy_path(outcomes(read(log, {}).cases), None)
    assert happy is not None and happy.path == ("a", "b")
    nothing = log_of(*path("1", *again), open_cases=["1"])
    assert happy_path(outcomes(read(nothing, {}).cases), None) is None
