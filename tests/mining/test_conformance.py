"""Conformance: deviations in business words, on the version that each case ran on, with what they rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpmn.model import Lane, ProcessModel
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.conformance import Conformance, conformance
from mining.reading import read
from mining.rules import broken_rules
from tests.builders import after, end, model, service, start, user, xor
from tests.mining.logs import Done, log_of, path, work_of


def drawn(*, key: str = "trial") -> ProcessModel:
    return model(
        start(), user("accept"), user("check"), user("approve"), user("deliver"), end(),
        paths=["start > accept > check > approve > deliver > end"], key=key,
    )  # fmt: skip


RIGHT = ("start", "accept", "check", "approve", "deliver", "end")


def found_in(log: EventLog, models: dict[int | None, ProcessModel] | None = None) -> Conformance:
    reading = read(log, models or {None: drawn()})
    return conformance(reading.cases, reading.models)


def cases(*paths: tuple[str, ...], **more: str) -> list[Done]:
    return [d for n, steps in enumerate(paths) for d in path(f"{n:03}", *steps, **more)]


def words(found: Conformance) -> set[tuple[str, str, int, float]]:
    return {(f.measure, f.subject[0], f.cases, f.share or 0) for f in found.findings}


def test_cases_that_follow_the_drawing_conform() -> None:
    found = found_in(log_of(*cases(*[RIGHT] * 3)))
    assert (found.cases, found.conforming, found.rate, found.fitness, found.log_fitness) == (3, 3, 1, 1, 1)
    assert found.findings == () and found.unknown_activities == ()


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("start", "accept", "approve", "deliver", "end"), {("skipped", "check", 1, 0.5)}),
        (("start", "accept", "check", "check", "approve", "deliver", "end"), {("repeated", "check", 1, 0.5)}),
        (("start", "accept", "approve", "check", "deliver", "end"), {("out_of_order", "approve", 1, 0.5)}),
        (("start", "accept", "check", "call", "approve", "deliver", "end"), {("unknown", "call", 1, 0.5)}),
    ],
)
def test_each_deviation_has_its_word_and_its_eligible_cases(
    steps: tuple[str, ...], expected: set[tuple[str, str, int, float]]
) -> None:
    found = found_in(log_of(*cases(RIGHT, steps)))
    assert {(m, "approve" if m == "out_of_order" else a, n, s) for m, a, n, s in words(found)} == expected
    assert (found.cases, found.conforming) == (2, 1)


def test_a_branch_that_was_not_due_is_called_inserted() -> None:
    either = model(
        start(), xor("amount"), user("small"), user("large"), xor("merge"), end(),
        paths=["start > amount > small > merge > end", "amount > large > merge"],
    )  # fmt: skip
    found = found_in(log_of(*cases(("start", "small", "large", "end"))), {None: either})
    [(word, activity, count, share)] = words(found)
    assert (word, activity in {"small", "large"}, count, share) == ("inserted", True, 1, 1)


def test_unknown_activities_are_named() -> None:
    found = found_in(log_of(*cases(("start", "accept", "check", "mail", "approve", "phone", "deliver", "end"))))
    assert found.unknown_activities == ("mail", "phone")


def test_every_case_is_compared_with_the_version_that_it_ran_on() -> None:
    shorter = model(
        start(), user("accept"), user("approve"), end(), paths=["start > accept > approve > end"], key="trial"
    )
    old = [replace(d, version=1) for d in cases(RIGHT)]
    new = [replace(d, case="new", version=2) for d in path("x", "start", "accept", "approve", "end")]
    log = log_of(*old, *new)
    assert found_in(log, {1: drawn(), 2: shorter}).rate == 1
    assert words(found_in(log, {None: drawn()})) == {("skipped", "check", 1, 0.5), ("skipped", "deliver", 1, 0.5)}
    alone = found_in(log, {1: drawn()})
    assert (alone.cases, alone.unmodelled) == (1, 1)


def test_open_cases_are_compared_as_far_as_they_have_come() -> None:
    log = log_of(
        *path("done", *RIGHT),
        *path("so_far", *RIGHT[:3]),
        *path("wrong", "start", "check"),
        open_cases=["so_far", "wrong"],
    )
    found = found_in(log)
    assert (found.cases, found.open_cases, found.open_deviating) == (1, 2, 1)


def test_a_withdrawn_case_has_skipped_nothing() -> None:
    gone = [*path("gone", "start", "accept"), Done("gone", "check", None, scheduled=3, withdrawn=4)]
    found = found_in(log_of(*path("done", *RIGHT), *gone, open_cases=[]))
    assert (found.cases, found.withdrawn, found.open_deviating, found.findings) == (1, 1, 0, ())


def test_elements_that_a_system_never_records_are_no_deviation() -> None:
    process = model(
        start(), user("accept"), service("notify", "notice.send"), end(), paths=["start > accept > notify > end"]
    )
    found = found_in(log_of(*cases(("accept",))), {None: process})
    assert found.rate == 1
    assert [(note.code, note.values["kinds"]) for note in found.notes] == [
        ("not_recorded", ["start", "end", "automatic"])
    ]


def test_activities_are_recognised_by_their_drawn_name() -> None:
    named = model(
        start(), user("t1", name="受理\n审核", names={"en": "Accept"}), user("t2", name="审批"), end(),
        paths=["start > t1 > t2 > end"],
    )  # fmt: skip
    log = log_of(*path("1", "受理 审核", "审批"), *path("2", "accept", "审批"))
    reading = read(log, {None: named})
    assert reading.names == {"accept": "t1", "受理 审核": "t1", "审批": "t2"}
    assert conformance(reading.cases, reading.models).rate == 1


def test_where_it_happens_and_what_it_costs() -> None:
    slow = ("start", "accept", "approve", "deliver", "end")
    done = [d for n in range(30) for d in path(f"a{n:02}", *RIGHT, office="north")]
    done += [
        replace(d, completed=(d.completed or 0) * (4 + n % 3))
        for n in range(25)
        for d in path(f"b{n:02}", *slow, office="south")
    ]
    [finding] = found_in(log_of(*done)).findings
    evidence = finding.evidence
    assert evidence["offices"] == [
        {
            "office": "south",
            "cases": 25,
            "eligible": 25,
            "share": 1.0,
            "interval": [pytest.approx(0.8668, abs=1e-4), 1.0],
            "funnel": "above",
        }
    ]
    assert evidence["versions"] == [{"version": None, "cases": 25, "eligible": 55}]
    assert evidence["lead_difference"] == (4 * 5 - 5) * 3600 and evidence["lead_effect"] == "unmatched"
    assert evidence["matched"] == {
        "difference": None, "interval": None, "cases": 0, "others": 0, "of": 25, "on": ["version", "office"]
    }  # fmt: skip
    assert evidence["after"] == [{"activity": "accept", "cases": 25}]
    low, high = finding.evidence["share_interval"]  # type: ignore[misc]
    assert low < 25 / 55 < high


def test_like_is_compared_with_like() -> None:
    """The south is slow, and it is also where the check is left out: the raw difference is the south's, not the deviation's."""
    skipping = ("start", "accept", "approve", "deliver", "end")

    def some(name: str, steps: tuple[str, ...], office: str, cases: int, hours: int) -> list[Done]:
        ways = [path(f"{name}{n:02}", *steps, office=office) for n in range(cases)]
        return [replace(d, completed=hours * (way.index(d) + (len(way) < 6))) for way in ways for d in way]

    done = [
        *some("a", RIGHT, "north", 60, 1), *some("b", skipping, "north", 5, 1),
        *some("c", RIGHT, "south", 25, 10), *some("d", skipping, "south", 40, 10),
    ]  # fmt: skip
    [finding] = found_in(log_of(*done)).findings
    assert finding.evidence["lead_difference"] == (40 - 5) * 3600 and finding.evidence["lead_effect"] == "matched"
    matched = finding.evidence["matched"]
    assert isinstance(matched, dict)
    assert (matched["cases"], matched["others"], matched["of"], matched["difference"]) == (45, 85, 45, -10 * 3600 + 0)


def test_too_few_cases_have_no_effect_on_lead_time() -> None:
    [finding] = found_in(log_of(*cases(RIGHT, ("start", "accept", "approve", "deliver", "end")))).findings
    assert finding.insufficient and finding.evidence["lead_effect"] == "insufficient"


def guarded() -> ProcessModel:
    return model(
        start(), user("check", lane="desk", due=after("P1D", working=True)), user("approve", posts=("leader",), four_eyes=("check",)), end(),
        paths=["start > check > approve > end"], lanes=(Lane(id="desk", posts=("clerk",)),),
    )  # fmt: skip


def test_rules_that_events_can_break() -> None:
    work = work_of(
        Done("1", "check", 2, scheduled=0, started=1, officer="wang", post="clerk", office="north"),
        Done("1", "approve", 4, scheduled=2, started=3, officer="wang", post="leader", office="north"),
        Done("2", "check", 80, scheduled=0, started=1, officer="li", post="leader", office="south"),
        Done("2", "approve", 90, scheduled=80, started=81, officer="wang", post="leader", office="south"),
        Done("3", "check", 2, scheduled=0, started=1),
        model=guarded(),
        calendar=WorkingCalendar.china(),
    )
    found = broken_rules(work, {None: guarded()}, WorkingCalendar.china())
    told = {(f.measure, f.subject[0]): (f.cases, f.evidence["eligible"]) for f in found}
    assert told == {("four_eyes", "approve"): (1, 2), ("wrong_post", "check"): (1, 2), ("late", "check"): (1, 3)}


def migrated(*stretches: tuple[int, tuple[str, ...]], case: str = "m") -> list[Done]:
    """A case whose steps were done under one version and then under another."""
    steps = [(version, step) for version, names in stretches for step in names]
    return [Done(case, step, float(n), version=version) for n, (version, step) in enumerate(steps)]


def test_each_step_of_a_migrated_case_is_held_against_the_version_under_which_it_was_done() -> None:
    new = model(
        start(), user("receive"), user("approve"), user("inform"), end(),
        paths=["start > receive > approve > inform > end"],
    )  # fmt: skip
    models: dict[int | None, ProcessModel] = {1: drawn(), 2: new}
    old = ("start", "accept", "check")
    good = log_of(*migrated((1, old), (2, ("approve", "inform", "end"))))
    found = found_in(good, models)
    assert (found.cases, found.conforming, found.findings, found.log_fitness) == (1, 1, (), 1.0)
    left_out = log_of(*migrated((1, ("start", "check", "approve")), (2, ("end",))))
    found = found_in(left_out, models)
    assert words(found) == {("skipped", "accept", 1, 1.0), ("skipped", "inform", 1, 1.0)} and found.cost == 2
    still_open = log_of(*migrated((1, ("start", "check", "approve")), (2, ("inform",))), open_cases=["m"])
    found = found_in(still_open, models)
    assert (found.cases, found.open_cases, found.open_deviating) == (0, 1, 1)


def test_what_a_person_passed_over_on_record_is_told_apart_from_what_was_left_out() -> None:
    without = ("start", "accept", "approve", "deliver", "end")
    log = log_of(*cases(without, without), Done("001", "check", None, passed_over=1.5))
    assert words(found_in(log)) == {("skipped", "check", 1, 0.5), ("bypassed", "check", 1, 0.5)}
