"""Filters: each is what its definition says, read naively; together they are sets; written and read again they are the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import ibis
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from event_logs import typed_json
from event_logs.log import CASES, EVENTS, EventLog
from event_logs.parquet import connection
from event_logs.performed import computed
from event_logs.working_time import WorkingCalendar
from mining.diagnosis import as_dict, diagnose
from mining.errors import FilterNameTaken, NothingLeft, NoWorkingHours, UnknownFilter, UnreadableFilter
from mining.filters import (
    Attribute,
    End,
    Endpoint,
    Filter,
    Fits,
    Follower,
    How,
    Measure,
    Most,
    Not,
    Of,
    Officers,
    Path,
    Performance,
    Rework,
    Time,
    Variant,
    When,
    all_of,
    any_of,
    as_json,
    from_json,
    kept,
    read,
    taken,
    write,
)
from tests.mining.logs import Done, at, log_of

ACTIVITIES = ("a", "b", "c", "d")
ODD = "k.q \"$x'/中"  # a name that no path language of JSON survives
CHINA = WorkingCalendar.china()


@dataclass(frozen=True)
class Told:
    """A case as it was told: its work in order, whether it is open, and what it says of itself."""

    name: str
    work: tuple[Done, ...]
    is_open: bool
    attributes: dict[str, object]

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(done.activity for done in self.work)

    @property
    def first(self) -> datetime:
        return min(at(done.scheduled or 0) for done in self.work)

    @property
    def last(self) -> datetime:
        return max(at(done.completed or 0) for done in self.work)


VALUES: tuple[object, ...] = (
    "x",
    "1",
    1,
    2.5,
    Decimal("2.50"),
    True,
    datetime(2026, 3, 3, tzinfo=UTC),
    {"deep": [1, {ODD: 9}]},
    'a "quoted" \\ text',
)


def _case(number: int, chance: random.Random) -> Told:
    hours, work = chance.uniform(0, 200), []
    for _ in range(chance.randint(1, 6)):
        scheduled, started = hours, hours + chance.choice([0, 0.5, 20])
        hours = started + chance.choice([0.25, 1, 30])
        extra = {ODD: chance.choice(VALUES)} if chance.random() < 0.3 else {}
        work.append(
            Done(
                f"C{number}",
                chance.choice(ACTIVITIES),
                hours,
                started,
                scheduled,
                officer=chance.choice(["o1", "o2", None]),
                office=chance.choice(["east", "west"]),
                attributes=typed_json.dumps({"before": ["}", {"n": 1}], **extra}),
            )
        )
    told = {"before": 'an "odd" }text,{', ODD: chance.choice(VALUES)} if chance.random() < 0.8 else {"other": {ODD: 1}}
    return Told(f"C{number}", tuple(work), chance.random() < 0.2, told)


@cache
def told(seed: int) -> tuple[Told, ...]:
    chance = random.Random(seed)
    return tuple(_case(number, chance) for number in range(60))


@cache
def log(seed: int, *, on_file: bool) -> EventLog:
    cases = told(seed)
    made = log_of(*(done for case in cases for done in case.work), open_cases=[c.name for c in cases if c.is_open])
    of_case = {case.name: typed_json.dumps(case.attributes) for case in cases}
    frame = made.cases.to_pandas().assign(attributes=lambda rows: rows["case_id"].map(of_case))
    backend = connection()
    events = backend.create_table("events", ibis.memtable(made.events.to_pyarrow())).cast(EVENTS)
    stored = replace(made, events=events, cases=backend.create_table("cases", ibis.memtable(frame)).cast(CASES))
    return stored.with_performed(backend.create_table("performed", computed(stored))) if on_file else stored


def chosen(where: Filter, of: EventLog) -> list[str]:
    names: list[str] = taken(of, where).cases.select("case_id").to_pyarrow()["case_id"].to_pylist()
    return sorted(names)


# --- the definitions, read naively ------------------------------------------------------------------------------------


def naive(where: Filter, cases: tuple[Told, ...]) -> list[str]:
    definition = DEFINITIONS[type(where)]
    return sorted(case.name for case in cases if definition(where, case, cases))


def _time(f: Time, case: Told, _: object) -> bool:
    since, until = f.since or datetime.min.replace(tzinfo=UTC), f.until or datetime.max.replace(tzinfo=UTC)
    begun, ended = since <= case.first < until, not case.is_open and since <= case.last < until
    active = case.first < until and (case.is_open or case.last >= since)
    return {When.STARTED: begun, When.ENDED: ended, When.ACTIVE: active, When.CONTAINED: begun and ended}[f.when]


def _attribute(f: Attribute, case: Told, _: object) -> bool:
    if f.of is Of.EVENT and f.name == "office":
        values: list[object] = [done.office for done in case.work]
    elif f.of is Of.EVENT:
        values = [typed_json.loads(done.attributes).get(f.name) for done in case.work]
    else:
        values = [case.attributes.get(f.name)]
    values = [value for value in values if value is not None]
    return not values if f.test is Fits.MISSING else any(_value_fits(f, value) for value in values)


def _value_fits(f: Attribute, value: object) -> bool:
    if f.test is Fits.IN:
        text = value.isoformat() if isinstance(value, datetime) else str(value).lower() if value is True else value
        return not isinstance(text, dict) and str(text) in f.values
    kind = datetime if isinstance(f.least or f.most, datetime) else (int, float, Decimal)
    if not isinstance(value, kind) or isinstance(value, bool):
        return False
    return (f.least is None or value >= f.least) and (f.most is None or value <= f.most)  # type: ignore[operator]


def _endpoint(f: Endpoint, case: Told, _: object) -> bool:
    return case.path[0 if f.at is End.STARTS else -1] in f.activities


def _follower(f: Follower, case: Told, _: object) -> bool:
    def fits(one: Done, other: Done) -> bool:
        soon = f.within is None or at(other.completed or 0) - at(one.completed or 0) <= timedelta(seconds=f.within)
        if f.officers is Officers.ANY:
            return soon
        known = one.officer is not None and other.officer is not None
        return soon and known and (one.officer == other.officer) == (f.officers is Officers.SAME)

    pairs = [(i, j) for i in range(len(case.work)) for j in range(i + 1, len(case.work))]
    pairs = [(i, j) for i, j in pairs if j == i + 1 or f.how is not How.DIRECTLY]
    named = [(i, j) for i, j in pairs if (case.path[i], case.path[j]) == (f.first, f.then)]
    return any(fits(case.work[i], case.work[j]) for i, j in named) != (f.how is How.NEVER)


def _performance(f: Performance, case: Told, _: object) -> bool:
    working = f.measure in (Measure.LEAD_WORKING, Measure.WAITING_WORKING)
    between: Callable[[datetime, datetime], timedelta] = CHINA.between if working else lambda a, b: b - a
    if f.measure in (Measure.LEAD, Measure.LEAD_WORKING):
        value = between(case.first, case.last)
        if case.is_open and f.most is not None:
            return False
    else:
        spans = [(at(done.scheduled or 0), at(done.started or 0)) for done in case.work]
        value = sum((between(a, b) for a, b in spans), timedelta())
    seconds = value / timedelta(seconds=1)
    return (f.least is None or seconds >= f.least) and (f.most is None or seconds <= f.most)


def _variant(f: Variant, case: Told, cases: tuple[Told, ...]) -> bool:
    counted = sorted(Counter(c.path for c in cases).items(), key=lambda item: (-item[1], "\x1f".join(item[0])))
    kept, reached = [], 0
    for path, count in counted:
        if len(kept) >= f.of if f.most is Most.VARIANTS else reached >= f.of * len(cases):
            break
        kept.append(path)
        reached += count
    return case.path in kept


def _rework(f: Rework, case: Told, _: object) -> bool:
    done = Counter(case.path)
    return max(done.values()) > f.times if f.activity is None else done[f.activity] > f.times


DEFINITIONS: dict[type[Filter], Callable[..., bool]] = {
    Time: _time,
    Attribute: _attribute,
    Endpoint: _endpoint,
    Follower: _follower,
    Performance: _performance,
    Variant: _variant,
    Rework: _rework,
    Path: lambda f, case, _: case.path == f.activities,
}

moments = st.none() | st.integers(-10, 260).map(at)
activity = st.sampled_from(ACTIVITIES)
seconds = st.none() | st.sampled_from([0.0, 900.0, 3600.0, 7200.0, 72_000.0, 108_000.0, 1e6])
attributes = st.one_of(
    st.builds(
        Attribute,
        st.sampled_from(Of),
        st.just(ODD),
        st.just(Fits.IN),
        st.lists(st.sampled_from(["x", "1", "2.50", "2.5", "true", 'a "quoted" \\ text', "nothing"]), min_size=1).map(
            lambda values: tuple(sorted(set(values)))
        ),
    ),
    st.builds(
        lambda of, least, most: Attribute(of, ODD, Fits.RANGE, (), least, most),
        st.sampled_from(Of),
        st.sampled_from([1.0, 2.5]),
        st.none() | st.sampled_from([2.0, 2.5]),
    ),
    st.builds(Attribute, st.sampled_from(Of), st.sampled_from([ODD, "other"]), st.just(Fits.MISSING)),
    st.just(Attribute(Of.EVENT, "office", Fits.IN, ("east",))),
    st.just(Attribute(Of.CASE, ODD, Fits.RANGE, (), datetime(2026, 3, 2, 20, tzinfo=UTC), None)),
)
single: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Time, st.sampled_from(When), moments, moments),
    attributes,
    st.builds(Endpoint, st.sampled_from(End), st.sets(activity, min_size=1).map(lambda found: tuple(sorted(found)))),
    st.builds(Follower, st.sampled_from(How), activity, activity, seconds, st.sampled_from(Officers)),
    st.builds(Performance, st.sampled_from(Measure), seconds, seconds),
    st.builds(Variant, st.just(Most.VARIANTS), st.integers(1, 40)),
    st.builds(Variant, st.just(Most.SHARE), st.sampled_from([0.05, 0.3, 0.75, 1.0])),
    st.builds(Rework, st.none() | activity, st.integers(1, 3)),
    st.builds(lambda path: Path(tuple(path)), st.lists(activity, min_size=1, max_size=2)),
)
logs = st.sampled_from([(1, True), (2, False), (3, True)])


@pytest.mark.slow
@given(where=single, of=logs)
@settings(max_examples=80, deadline=None)
def test_a_filter_is_what_its_definition_says(where: Filter, of: tuple[int, bool]) -> None:
    seed, on_file = of
    assert chosen(where, log(seed, on_file=on_file)) == naive(where, told(seed))


@pytest.mark.slow
@given(one=single, other=single)
@settings(max_examples=15, deadline=None)
def test_filters_combine_as_sets_in_any_order_and_twice_is_once(one: Filter, other: Filter) -> None:
    whole = log(1, on_file=True)
    everything = {case.name for case in told(1)}
    first, second = set(naive(one, told(1))), set(naive(other, told(1)))
    assert chosen(one & other, whole) == sorted(first & second)
    assert chosen(one | other, whole) == sorted(first | second)
    assert chosen(Not(one), whole) == sorted(everything - first)
    assert ~~one == one and chosen(Not(Not(one)), whole) == sorted(first)
    assert one & other == other & one and one | other == other | one and one & one == one
    assert chosen(other, taken(whole, one)) == chosen(one, taken(whole, other)) == sorted(first & second)
    assert chosen(one, taken(whole, one)) == sorted(first)


combined = st.recursive(
    single,
    lambda inner: st.one_of(
        inner.map(lambda f: ~f),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=6,
)


@given(where=combined)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_again_the_same(where: Filter) -> None:
    assert read(write(where)) == where
    assert from_json(as_json(where)) == where
    assert write(read(write(where))) == write(where)


def test_a_filter_takes_the_maintained_table_along() -> None:
    few = taken(log(1, on_file=True), Rework(None))
    kept = few.kept_performed()
    assert kept is not None
    assert set(kept.case_id.execute()) == set(few.events.case_id.execute()) == set(naive(Rework(None), told(1)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "at sign 1 a word and a bracket are missing, as in starts(check)"),
        ("starts(a", "at sign 9 a closing bracket is missing"),
        ("starts(a)b", "nothing may stand behind 'starts(a)'"),
        ("begins(a)", "there is no filter 'begins'"),
        ("starts()", "'starts' takes at least 1 arguments, not 0"),
        ("started(2026-01-01,)", "'2026-01-01' is no moment with its zone; write it as 2026-01-31T09:00Z"),
        ("lead(x,)", "'x' is no number"),
        ("lead(-1,)", "'-1' is no length of time in seconds"),
        ("lead(inf,)", "'inf' is no number"),
        ("variants(0)", "'0' is no whole number from 1 on"),
        ("share(1.5)", "'1.5' is no share above 0 and up to 1"),
        ("not(starts(a),starts(b))", "'not' takes one filter"),
        ("and(a)", "'and' takes filters"),
        ("starts(starts(a))", "'starts' takes texts, no filters"),
        ("case(x,like,y)", "'case' takes a name and one of in, range, missing, then values"),
        ("case(x,range,1)", "a range of 'x' has a least and a greatest value"),
        ("case(x,range,1,2026-01-01T00:00Z)", "a range of 'x' lies between two numbers or between two moments"),
        ("directly(a,b,,mine)", "officers are same or different, not 'mine'"),
        ("starts(%zz)", "in '%zz' a % is not followed by two hexadecimal digits"),
        ("not(" * 30 + "starts(a)" + ")" * 30, "it is nested more than 20 deep"),
    ],
)
def test_what_is_no_filter_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableFilter) as refused:
        read(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("plain", [None, [], {}, {"starts": "a"}, {"starts": [1]}, {"a": [], "b": []}, {"not": [{}]}])
def test_json_is_read_as_strictly(plain: object) -> None:
    with pytest.raises(UnreadableFilter):
        from_json(plain)


def test_working_time_is_asked_only_where_office_hours_are_known() -> None:
    elsewhere = replace(log(1, on_file=True), zone="Europe/Berlin")
    with pytest.raises(NoWorkingHours, match="No office hours are known in the zone Europe/Berlin"):
        taken(elsewhere, Performance(Measure.LEAD_WORKING, 1))


def test_a_name_means_one_filter_of_one_log() -> None:
    engine = sa.create_engine("sqlite://")
    kept.Base.metadata.create_all(engine)
    slow, now = Performance(Measure.LEAD, 864_000.0), datetime(2026, 3, 2, tzinfo=UTC)
    with Session(engine) as session:
        kept.keep(session, "refund", "slow", slow, by="manager", now=now)
        kept.keep(session, "refund", "slow", slow, by="other", now=now)
        kept.keep(session, "log:fines", "slow", ~slow, by="other", now=now)
        assert [(k.name, k.where, k.kept_by) for k in kept.kept_of(session, "refund")] == [("slow", slow, "manager")]
        with pytest.raises(FilterNameTaken, match="kept by manager"):
            kept.keep(session, "refund", "slow", ~slow, by="other", now=now)
        kept.forget(session, "refund", "slow")
        with pytest.raises(UnknownFilter, match="none was kept so far"):
            kept.kept(session, "refund", "slow")


def test_a_diagnosis_carries_the_filter_it_was_made_with() -> None:
    where = read("and(starts(a),not(again(b,1)))")
    made = diagnose(log(1, on_file=True), only=("bottlenecks",), where=where)
    assert read(made.where) == where and made.cases == len(chosen(where, log(1, on_file=True)))
    assert as_dict(made)["where"] == write(where)
    with pytest.raises(NothingLeft, match=r"belongs to the filter starts\(z\)"):
        diagnose(log(1, on_file=True), where=read("starts(z)"))
