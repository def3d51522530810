"""Bottlenecks without loading the work: the same figures as from the pieces of work, and intervals as the bootstrap by case gives them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.diagnosis import diagnose
from mining.figures.delays import bottlenecks
from mining.findings import Finding
from mining.reading import read
from mining.reports.current import brought_up, delays
from mining.waiting import bottlenecks as from_work
from tests.mining.logs import Done, log_of
from tests.mining.test_waiting import many, refund

SAME = ("value", "cases", "share", "rank", "insufficient")
EVIDENCE = ("pieces", "cases_of_all", "median", "mean", "p90", "enablement_recorded", "share_of")


def same(ours: tuple[Finding, ...], wanted: tuple[Finding, ...]) -> None:
    assert [(one.kind, one.subject) for one in ours] == [(one.kind, one.subject) for one in wanted]
    for one, other in zip(ours, wanted, strict=True):
        assert [getattr(one, name) for name in SAME] == pytest.approx([getattr(other, name) for name in SAME], abs=1e-6)
        told, known = ([finding.evidence[name] for name in EVIDENCE] for finding in (one, other))
        assert told == pytest.approx(known, abs=1e-6)


def test_a_public_log_of_completions(receipt: EventLog) -> None:
    wanted = from_work(read(receipt, {}).work)
    ours = bottlenecks(receipt)
    assert bottlenecks(receipt) == ours
    same(ours, wanted)
    for one, other in zip(ours, wanted, strict=True):
        if one.cases >= 200 and one.interval and other.interval:
            widths = [high - low for low, high in (one.interval, other.interval)]
            assert widths[0] == pytest.approx(widths[1], rel=0.15)


def test_a_model_says_which_activities_wait_for_those_outside() -> None:
    drawing = refund()
    work = many(
        Done("c", "start", 0),
        Done("c", "check", 3, started=2, scheduled=0, officer="o"),
        Done("c", "reply", 13, scheduled=3),
        Done("c", "pause", 18, scheduled=13),
        Done("c", "correct", 21, started=20, scheduled=18, officer="o"),
        Done("c", "check", 29, started=28, scheduled=22, officer="p"),
        Done("c", "end", 30),
    )
    log = log_of(*work)
    same(bottlenecks(log, {None: drawing}), from_work(read(log, {None: drawing}).work))


def test_a_diagnosis_brought_up_says_what_one_made_now_says() -> None:
    earlier = many(Done("c", "check", 3, started=2, scheduled=0), Done("c", "sign", 9, started=8, scheduled=3))
    later = many(Done("d", "check", 9, started=8, scheduled=0), Done("d", "pay", 12, started=11, scheduled=9))
    old, new = (diagnose(log_of(*work), only=["bottlenecks"]) for work in (earlier, [*earlier, *later]))
    found = brought_up(old.findings(), delays(log_of(*earlier, *later)))
    same(found, new.findings())
    check, sign, pay = (next(f for f in found if f.subject == (name,)) for name in ("check", "sign", "pay"))
    assert check.value == 25 * (2 + 8) * 3600 and check.cases == 50
    assert "working_median" in sign.evidence and "working_median" not in pay.evidence, "office hours are the diagnosis'"
    assert brought_up(found, delays(log_of(*earlier, *later))) == found


def test_what_nobody_has_done_yet_stays_until_somebody_does() -> None:
    work = many(Done("c", "check", 3, started=2, scheduled=0), Done("c", "sign", None, scheduled=3))
    old = diagnose(log_of(*work), only=["bottlenecks"]).findings()
    assert ("sign",) in {f.subject for f in brought_up(old, delays(log_of(*work)))}
    done = many(Done("c", "check", 3, started=2, scheduled=0), Done("c", "sign", 9, started=7, scheduled=3))
    [sign] = [f for f in brought_up(old, delays(log_of(*done))) if f.subject == ("sign",)]
    assert sign.evidence["pieces"] == 25


pieces = st.lists(
    st.tuples(
        st.sampled_from("123"), st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 5), st.sampled_from("sctm")
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(told=pieces)
def test_figures_are_those_of_the_pieces_of_work(told: list[tuple[str, str, int, int, str]]) -> None:
    """Work that follows on work, scheduled (s), begun (t), only completed (c), or a message that was waited for (m)."""
    clock: dict[str, float] = {}
    done = []
    for n, (case, activity, wait, length, form) in enumerate(told):
        since = clock.get(case, 0.0)
        begun, end = since + wait + n / 1000, since + wait + length + (n + 1) / 1000
        clock[case] = end
        started = begun if form in "st" else None
        scheduled = since if form in "sm" else None
        officer = None if form == "m" else "li"
        done.append(Done(case, activity, end, started=started, scheduled=scheduled, officer=officer))
    log = log_of(*done)
    same(bottlenecks(log), from_work(read(log, {}).work))
