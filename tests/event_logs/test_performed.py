"""Performed work: what came before and after, what waited and what took how long; computed once more in plain Python."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import OnFile
from event_logs.performed import PERFORMED, performed
from tests.event_logs.builders import happened, log_of

MINUTE = 60_000_000


def work(*events: dict[str, Any]) -> pd.DataFrame:
    table = performed(log_of(events))
    assert table.schema() == PERFORMED
    return table.order_by("case_no", "position").execute()


def column(frame: pd.DataFrame, name: str) -> list[Any]:
    return [None if pd.isna(value) else value for value in frame[name]]


def test_work_after_work_waits_from_the_completion_before() -> None:
    found = work(
        happened("accept", "start", 0, "li"),
        happened("accept", "complete", 10, "li"),
        happened("review", "start", 25, "wang"),
        happened("review", "complete", 40, "wang"),
    )
    assert column(found, "ordinal") == [0, 1]
    assert column(found, "previous_activity") == [None, "accept"] and column(found, "next_officer") == ["wang", None]
    assert column(found, "waiting_us") == [None, 15 * MINUTE] and column(found, "elapsed_us") == [None, 30 * MINUTE]
    assert column(found, "processing_us") == [10 * MINUTE, 15 * MINUTE]


def test_recorded_enablement_counts_and_suspension_is_no_work() -> None:
    found = work(
        happened("accept", "complete", 0),
        happened("review", "schedule", 5, instance="t"),
        happened("review", "start", 8, "li", instance="t"),
        happened("review", "suspend", 10, instance="t"),
        happened("review", "resume", 30, instance="t"),
        happened("review", "complete", 31, "li", instance="t"),
    )
    assert column(found, "waiting_us") == [None, 3 * MINUTE] and column(found, "processing_us") == [None, 3 * MINUTE]


def test_overlapping_work_waits_for_what_was_completed_before_it_began() -> None:
    found = work(
        happened("accept", "complete", 0),
        happened("a", "start", 2, "li"),
        happened("b", "start", 5, "wang"),
        happened("a", "complete", 7, "li"),
        happened("b", "complete", 9, "wang"),
    )
    assert column(found, "previous_activity") == [None, "accept", "a"]
    assert column(found, "waiting_us") == [None, 2 * MINUTE, 5 * MINUTE]
    assert column(found, "enabled_by") == [None, "accept", "accept"]


def test_a_message_waits_from_when_it_was_expected_until_it_came() -> None:
    found = work(
        happened("accept", "complete", 0),
        happened("more papers", "schedule", 1, instance="m"),
        happened("check", "start", 2, "li"),
        happened("check", "complete", 4, "li"),
        happened("more papers", "complete", 9, instance="m"),
    )
    assert column(found, "activity") == ["accept", "check", "more papers"]
    assert column(found, "waiting_us") == [None, 2 * MINUTE, 8 * MINUTE]
    assert column(found, "enabled_by") == [None, "accept", "accept"]
    assert column(found, "processing_us") == [None, 2 * MINUTE, None]


def test_how_often_the_case_did_an_activity_is_counted() -> None:
    found = work(*(happened(activity, "complete", n) for n, activity in enumerate("abacab")))
    assert column(found, "times") == [3, 2, 3, 1, 3, 2]
    assert column(found, "enabled_by") == [None, *"abaca"]


def test_open_and_withdrawn_work_is_there_and_stands_in_no_order() -> None:
    found = work(
        happened("a", "complete", 0),
        happened("b", "schedule", 1, instance="x"),
        happened("b", "withdraw", 2, instance="x"),
        happened("c", "complete", 3),
        happened("d", "start", 4, "li"),
    )
    assert column(found, "activity") == ["a", "b", "c", "d"] and column(found, "ordinal") == [0, None, 1, None]
    assert column(found, "previous_activity") == [None, None, "a", None]


def test_a_log_of_completions_knows_the_order_and_no_waiting() -> None:
    found = work(happened("a", "complete", 0), happened("b", "complete", 7))
    assert column(found, "elapsed_us") == [None, 7 * MINUTE]
    assert column(found, "waiting_us") == column(found, "processing_us") == [None, None]


def test_what_is_on_file_counts_for_its_very_events_alone() -> None:
    log = log_of([happened("a", "complete", 0), happened("a", "complete", 1, case_id="2")])
    kept = ibis.memtable(performed(log).mutate(activity=ibis.literal("on file")).to_pyarrow())
    log = replace(log, on_file=OnFile(log.events, kept))
    assert set(performed(log).execute().activity) == {"on file"}
    assert set(performed(replace(log, events=log.events.limit(1))).execute().activity) == {"a"}


steps = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 5), st.sampled_from("12"), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=10, deadline=None)
@given(told=steps)
def test_order_and_waiting_are_those_of_a_reading_by_hand(told: list[tuple[str, int, int, str, bool]]) -> None:
    events: list[dict[str, Any]] = []
    for n, (activity, start, length, case, begun) in enumerate(told):
        if begun:
            events.append(happened(activity, "start", start, case_id=case, instance=str(n)))
        events.append(happened(activity, "complete", start + length, case_id=case, instance=str(n)))
    found = work(*events)
    assert len(found) == len(told)
    for _, rows in found.groupby("case_id"):
        rows = rows.sort_values(["completed", "position"], ignore_index=True)
        assert list(rows.ordinal) == list(range(len(rows)))
        assert column(rows, "previous_activity") == [None, *rows.activity[:-1]]
        for n, row in rows.iterrows():
            assert _waited(rows, n, row) == (None if pd.isna(row.waiting_us) else row.waiting_us)


def _waited(rows: pd.DataFrame, n: Any, row: pd.Series) -> float | None:
    if pd.isna(row.started):
        return None
    ahead = [
        other.completed
        for m, other in rows.iterrows()
        if m != n and (other.completed, other.position) < (row.started, row.position)
    ]
    return (row.started - max(ahead)).total_seconds() * 1e6 if ahead else None
