"""Logs that tell the status of a case are paired into spans of work; figures of public ones are counted here by other means."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from lxml import etree

from event_logs.activity_instances import activity_instances
from event_logs.reading import open_log, read_log

WAITS = ("Wait", "Wait - User", "Wait - Implementation", "Wait - Vendor", "Wait - Customer")
ENDS = ("Resolved", "Closed", "Cancelled", "Unmatched")
Status = tuple[str, str, datetime]


def written(tmp_path: Path, rows: list[str]) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join(["case,activity,lifecycle,time,resource", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_stay_in_a_group_of_statuses_is_one_piece_of_work(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        [
            "1,Queued,Awaiting Assignment,2026-03-02 08:00:00Z,Ann",
            "1,Accepted,In Progress,2026-03-02 09:00:00Z,Bo",
            "1,Accepted,Wait - User,2026-03-02 10:00:00Z,Bo",
            "1,Accepted,In Progress,2026-03-02 13:00:00Z,Cy",
            "1,Completed,Closed,2026-03-02 14:00:00Z,Cy",
            "2,Accepted,In Progress,2026-03-02 09:00:00Z,Bo",
        ],
    )
    log = open_log(path, {"statuses": "yes"})
    work = activity_instances(log).execute()
    shown = [
        (
            row.case_id,
            row.activity,
            *(None if at != at else f"{at:%H}" for at in (row.scheduled, row.started, row.completed)),
        )
        for row in work.itertuples()
    ]
    assert sorted(shown, key=str) == [
        ("1", "Accepted", None, "09", "14"),
        ("1", "Completed", None, None, "14"),
        ("1", "Queued", "08", None, "09"),
        ("2", "Accepted", None, "09", None),
    ]
    assert work.suspended_us.sum() == 3 * 3_600_000_000
    assert list(work[work.activity == "Accepted"].officer) == ["Cy", "Bo"]
    assert (
        log.events.filter(log.events.lifecycle == "suspend").attributes.execute()[0]
        == '{"lifecycle:transition":"Wait - User"}'
    )


def test_without_being_told_so_every_event_is_a_completion_and_a_note_says_so(tmp_path: Path) -> None:
    path = written(
        tmp_path, ["1,Accepted,In Progress,2026-03-02 09:00:00Z,Bo", "1,Done,Closed,2026-03-02 10:00:00Z,Bo"]
    )
    reading = read_log(path, tmp_path)
    assert any("'Closed'" in note and "statuses=yes" in note for note in reading.notes)
    assert reading.counts.facts == reading.counts.events == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["open_problems", "closed_problems", "incidents"])
def test_public_logs_have_the_spans_that_their_statuses_tell(shared: Path, name: str) -> None:
    path = shared / "data" / "logs" / f"bpic2013_{name}.xes.gz"
    pieces, started, completed, suspended = Counter[str](), Counter[str](), Counter[str](), timedelta()
    for trace in traces(path):
        stays = [list(stay) for _, stay in groupby(trace, key=lambda status: status[0])]
        for number, stay in enumerate(stays):
            group = stay[0][0]
            left = stays[number + 1][0][2] if number + 1 < len(stays) else None
            rest = stay[max((n for n, s in enumerate(stay) if s[1] in ENDS), default=-1) + 1 :]
            pieces[group] += sum(s[1] in ENDS for s in stay) + bool(rest)
            started[group] += any(s[1] in ("In Progress", "In Call") for s in stay)
            completed[group] += sum(s[1] in ENDS and s[1] != "Cancelled" for s in stay) + bool(rest and left)
            suspended += waited(stay, left)
    work = activity_instances(open_log(path, {"statuses": "yes"})).execute()
    assert Counter(work.activity) == pieces
    assert Counter(work.activity[work.started.notna()]) == +started
    assert Counter(work.activity[work.completed.notna()]) == completed
    assert timedelta(microseconds=int(work.suspended_us.sum())) == suspended


def traces(path: Path) -> Iterator[list[Status]]:
    with gzip.open(path) as file:
        for _, trace in etree.iterparse(file, tag="{*}trace"):
            told = [{one.get("key"): one.get("value") for one in event} for event in trace.iterfind("{*}event")]
            statuses = [
                (one["concept:name"], one["lifecycle:transition"], datetime.fromisoformat(one["time:timestamp"]))
                for one in told
            ]
            yield sorted(statuses, key=lambda status: status[2])
            trace.clear()


def waited(stay: list[Status], left: datetime | None) -> timedelta:
    """How long work that was begun waited, until it went on, was ended, or the case left."""
    begun, since, total = False, None, timedelta()
    for _, status, at in stay:
        halts = status in WAITS or status in ENDS or status in ("In Progress", "In Call")
        if since is not None and halts:
            total, since = total + (at - since), None
        begun = begun or status in ("In Progress", "In Call")
        if begun and status in WAITS:
            since = at
    return total + (left - since) if since is not None and left is not None else total
