"""What a case knows where it stands: written by forms, scripts, decisions and messages, on some way or on every way."""

from __future__ import annotations

from dataclasses import replace

from bpmn.model import Gateway, GatewayKind, ProcessModel, Trigger
from bpmn.procedure import DayUnit
from bpmn.validation import problems
from bpmn.validation.limits import quickest
from tests.bpmn.broken import procedure, setting, sketch
from tests.contracts.drawings import after, boundary, catch, end, start, subprocess


def unwritten(model: ProcessModel, **fields: object) -> set[tuple[str, str]]:
    whole = procedure(model, **fields)
    found = problems(model, whole)
    rules = ("read_before_written", "read_unwritten_on_a_way")
    return {(p.rule, p.element) for p in found if p.rule in rules}


def test_what_branches_side_by_side_write_is_known_behind_their_join() -> None:
    text = "start > and1; and1 > a > and2; and1 > b > and2; and2 > c > end"
    nodes = setting("a", "x", "1"), setting("b", "y", "2"), setting("c", "z", "x + y")
    assert unwritten(sketch(text, *nodes)) == set()


def test_a_branch_beside_it_may_not_have_written_yet() -> None:
    text = "start > and1; and1 > a > and2; and1 > b > and2; and2 > end"
    assert unwritten(sketch(text, setting("a", "x", "1"), setting("b", "y", "x"))) == {("read_before_written", "b")}


def test_the_first_round_of_a_loop_knows_nothing_of_the_second() -> None:
    text = "start > xor1 > a > b > xor2; xor2 > end ? y > 3; xor2 > xor1"
    nodes = setting("a", "x", "y + 1"), setting("b", "y", "x + 1")
    model = sketch(text, *nodes, Gateway(id="xor2", default="xor2_xor1"))
    assert unwritten(model) == {("read_unwritten_on_a_way", "a")}
    (found,) = [p for p in problems(model, procedure(model)) if p.rule == "read_unwritten_on_a_way"]
    assert found.path == ("start", "xor1", "a")


def test_who_asks_whether_it_is_null_expects_it_to_be_unwritten_on_a_way_but_not_on_every_way() -> None:
    text = "start > xor1 > a > b > xor2; xor2 > end ? y > 3; xor2 > xor1"
    asking = setting("a", "x", "if y = null then 0 else y"), setting("b", "y", "x + 1")
    assert unwritten(sketch(text, *asking, Gateway(id="xor2", default="xor2_xor1"))) == set()
    never = sketch("start > a > end", setting("a", "x", "if y = null then 0 else y"))
    assert unwritten(never) == {("read_before_written", "a")}


def test_a_subprocess_gives_out_what_every_way_in_it_writes() -> None:
    text = "start > sub > c > end; start2 > a > end2; late > d > end3"
    model = sketch(
        text,
        subprocess("sub"),
        start("start2", "sub"),
        replace(setting("a", "x", "1"), scope="sub"),
        end("end2", "sub"),
        boundary("late", "sub", Trigger.TIMER, timer=after()),
        setting("c", "y", "x"),
        setting("d", "z", "x"),
    )
    assert unwritten(model) == {("read_before_written", "d")}


def test_a_message_may_bring_anything() -> None:
    text = "start > paid > c > end"
    assert unwritten(sketch(text, catch("paid", message="paid"), setting("c", "y", "receipt"))) == set()


def test_an_inclusive_join_knows_what_every_branch_wrote() -> None:
    text = "start > or1; or1 > a ? amount > 1; or1 > b ? amount > 2; a > or2; b > or2; or2 > c > end"
    nodes = setting("a", "x", "1"), setting("b", "x", "2"), setting("c", "y", "x")
    assert unwritten(sketch(text, *nodes, Gateway(id="or1", kind=GatewayKind.INCLUSIVE, default="or1_a"))) == set()


def test_the_quickest_way_counts_only_what_must_be_waited_for() -> None:
    text = "start > race1; race1 > slow > a > end1; race1 > quick > b > end2"
    model = sketch(
        text,
        catch("slow", Trigger.TIMER, timer=after("P30D")),
        catch("quick", Trigger.TIMER, timer=after("P3D")),
        setting("a", "x", "1"),
        setting("b", "x", "1"),
    )
    days, path = quickest(model, DayUnit.CALENDAR)
    assert days == 3 and path == ("start", "race1", "quick", "b", "end2")
    assert quickest(model, DayUnit.WORKING)[0] == 0  # three days on the wall may all be holidays
