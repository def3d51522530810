"""Pieces of work, paired from their events; what the log does not tell stays unknown."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.activity_instances import ACTIVITY_INSTANCES, activity_instances, has_starts
from tests.event_logs.builders import happened, log_of, minute


def pieces(*events: dict[str, Any]) -> pd.DataFrame:
    table = activity_instances(log_of(events))
    assert table.schema() == ACTIVITY_INSTANCES
    return table.execute()


def when(frame: pd.DataFrame, *columns: str) -> list[tuple[float | None, ...]]:
    """The times of each piece, in minutes since Monday morning."""
    return [
        tuple(None if pd.isna(row[c]) else (row[c] - minute(0)).total_seconds() / 60 for c in columns)
        for _, row in frame.iterrows()
    ]


def test_work_of_the_engine_from_schedule_to_completion() -> None:
    own = {"instance": "t1", "post": "window", "office": "north", "version": 2}
    found = pieces(
        happened("check", "schedule", 0, **own),
        happened("check", "assign", 1, "li", **own),
        happened("check", "reassign", 3, "wang", **own),
        happened("check", "start", 10, "wang", **own),
        happened("check", "suspend", 15, "boss", **own),
        happened("check", "resume", 45, "boss", **own),
        happened("check", "complete", 60, "wang", **own),
    )
    assert when(found, "scheduled", "assigned", "started", "completed") == [(0, 3, 10, 60)]
    (row,) = found.to_dict("records")
    assert (row["officer"], row["post"], row["office"], row["version"], row["instance"]) == (
        "wang",
        "window",
        "north",
        2,
        "t1",
    )
    assert row["suspended_us"] == 30 * 60_000_000 and not row["withdrawn"] and row["position"] == 6


def test_two_instances_of_one_activity_are_kept_apart() -> None:
    found = pieces(
        happened("check", "start", 0, "li", instance="a"),
        happened("check", "start", 1, "li", instance="b"),
        happened("check", "complete", 2, "li", instance="b"),
        happened("check", "complete", 9, "li", instance="a"),
    )
    assert when(found, "started", "completed") == [(1, 2), (0, 9)]


def test_reopened_work_is_a_piece_of_its_own() -> None:
    found = pieces(
        happened("check", "start", 0, instance="a"),
        happened("check", "complete", 2, instance="a"),
        happened("check", "start", 5, instance="a"),
    )
    assert when(found, "started", "completed") == [(0, 2), (5, None)]


def test_without_instances_the_first_started_is_the_first_completed() -> None:
    found = pieces(
        happened("check", "start", 0, "li"),
        happened("check", "start", 1, "wang"),
        happened("check", "start", 2, "li"),
        happened("check", "complete", 3, "li"),
        happened("check", "complete", 4, "wang"),
        happened("check", "complete", 5, "li"),
    )
    assert when(found, "started", "completed") == [(0, 3), (1, 4), (2, 5)]


def test_a_completion_before_its_start_stands_alone() -> None:
    found = pieces(
        happened("check", "complete", 0, "li"),
        happened("check", "start", 5, "li"),
        happened("check", "complete", 7, "li"),
        happened("check", "complete", 8, "li"),
    )
    assert when(found, "started", "completed") == [(None, 0), (5, 7), (None, 8)]


def test_a_log_of_completions_invents_no_starts() -> None:
    events = [happened("check", "complete", n) for n in range(3)]
    assert when(pieces(*events), "scheduled", "started", "completed") == [(None, None, n) for n in range(3)]
    assert not has_starts(log_of(events))
    assert has_starts(log_of([happened("check", "start", 0)]))


def test_schedules_without_an_instance_go_to_the_work_that_begins_next() -> None:
    found = pieces(
        happened("check", "schedule", 0, "system"),
        happened("check", "schedule", 1, "system"),
        happened("check", "start", 4, "li"),
        happened("check", "complete", 5, "li"),
        happened("check", "complete", 8, "wang"),
        happened("check", "schedule", 9, "system"),
    )
    assert when(found, "scheduled", "started", "completed") == [(0, 4, 5), (1, None, 8), (9, None, None)]


def test_withdrawn_and_open_work_has_no_completion() -> None:
    found = pieces(
        happened("check", "start", 0, "li", instance="a"),
        happened("check", "withdraw", 5, instance="a"),
        happened("pay", "schedule", 6, instance="b"),
    )
    assert when(found, "completed") == [(None,), (None,)] and list(found.withdrawn) == [True, False]


def test_foreign_statuses_are_completions_of_their_own() -> None:
    found = pieces(
        happened("Accepted", "In Progress", 0), happened("Accepted", "Assigned", 3), happened("Accepted", "start", 5)
    )
    assert when(found, "started", "completed") == [(None, 0), (None, 3), (5, None)]


moves = st.lists(
    st.tuples(
        st.sampled_from(["start", "complete"]),
        st.sampled_from("ab"),
        st.sampled_from(["li", "wang"]),
        st.sampled_from("1234"),
    ),
    min_size=1,
    max_size=120,
)


@settings(max_examples=6, deadline=None)
@given(moves)
def test_pairing_is_that_of_a_queue_for_each_case_activity_and_officer(told: list[tuple[str, str, str, str]]) -> None:
    found = pieces(
        *(happened(activity, kind, n, who, case_id=case) for n, (kind, activity, who, case) in enumerate(told))
    )
    assert sorted(when(found, "started", "completed"), key=str) == by_queues(told)


def by_queues(told: list[tuple[str, str, str, str]]) -> list[tuple[float | None, ...]]:
    open_work: dict[tuple[str, ...], list[float]] = {}
    found: list[tuple[float | None, ...]] = []
    for n, (kind, *whose) in enumerate(told):
        queue = open_work.setdefault(tuple(whose), [])
        if kind == "start":
            queue.append(n)
        else:
            found.append((queue.pop(0) if queue else None, n))
    found += [(start, None) for queue in open_work.values() for start in queue]
    return sorted(found, key=str)


own_moves = st.lists(
    st.tuples(
        st.sampled_from(["schedule", "assign", "reassign", "start", "suspend", "resume", "complete", "withdraw"]),
        st.sampled_from("ab"),
        st.sampled_from("xy"),
        st.sampled_from(["li", "wang", None]),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=12)
@given(own_moves)
def test_pieces_with_an_instance_are_those_of_a_reading_by_hand(told: list[tuple[str, str, str, str | None]]) -> None:
    found = pieces(
        *(happened(activity, kind, n, who, instance=one) for n, (kind, activity, one, who) in enumerate(told))
    )
    assert len(found) == len(by_hand(told))
    seen = when(found, "scheduled", "assigned", "started", "completed")
    spans = [
        (*times, us / 60e6, bool(gone))
        for times, us, gone in zip(seen, found.suspended_us, found.withdrawn, strict=True)
    ]
    assert sorted(spans, key=str) == by_hand(told)


def by_hand(told: list[tuple[str, str, str, str | None]]) -> list[tuple[object, ...]]:
    """Each piece ends with its completion or withdrawal; a suspension ends with whatever next resumes or ends the piece."""
    done: list[dict[str, Any]] = []
    going: dict[tuple[str, str], dict[str, Any]] = {}
    for n, (kind, activity, one, _who) in enumerate(told):
        piece = going.setdefault((activity, one), {"suspended": 0.0, "withdrawn": False})
        if kind in ("suspend", "resume", "complete", "withdraw") and "paused" in piece:
            piece["suspended"] += n - piece.pop("paused")
        if kind == "suspend":
            piece["paused"] = n
        elif kind in ("schedule", "start", "complete"):
            piece.setdefault(kind, float(n))
        elif kind in ("assign", "reassign"):
            piece["assign"] = float(n)
        if kind in ("complete", "withdraw"):
            piece["withdrawn"] = kind == "withdraw"
            done.append(going.pop((activity, one)))
    rows = [
        (
            *(piece.get(kind) for kind in ("schedule", "assign", "start", "complete")),
            piece["suspended"],
            piece["withdrawn"],
        )
        for piece in (*done, *going.values())
    ]
    return sorted(rows, key=str)
