"""What goes with long, late and deviating cases: found where it is, not found where it is not, and said with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from event_logs import typed_json
from event_logs.log import EventLog
from mining.diagnosis import diagnose
from mining.findings import Finding, Kind
from mining.influences import FALSE_SHARE, Influences, Question, Trait, compared
from mining.influences.effects import probability, stratified
from mining.influences.many_looks import corrected
from mining.influences.outcomes import Outcome, lead_time
from mining.influences.strata import Strata
from mining.influences.traits import of_values
from tests.contracts.drawings import drawing
from tests.mining.logs import Done, log_of

HOUR = 3600.0


END = pd.Timestamp("2026-07-10")  # of the log: what has not ended by then is open


@dataclass(frozen=True)
class Office:
    """Cases of two offices and six months: what a log shows of them, and how many hours each really takes."""

    frame: pd.DataFrame
    attributes: dict[str, list[Any]]
    strata: Strata
    hours: npt.NDArray[np.float64]

    @property
    def traits(self) -> list[Trait]:
        return [trait for name, values in self.attributes.items() for trait in of_values(name, values)]

    def having(self, attribute: str, value: str) -> npt.NDArray[np.bool_]:
        return np.array([each == value for each in self.attributes[attribute]], dtype=np.bool_)


def office(seed: int, *, cases: int = 240, effect: float = 0.0, spread: float = 1.5) -> Office:
    """Its attributes explain nothing, but for `trade` = "a", which adds `effect` hours. Month and office explain much."""
    random = np.random.default_rng(seed)
    month, where = random.integers(0, 6, cases), random.integers(0, 2, cases)
    trade = random.choice(["a", "b", "c", "d"], cases, p=[0.15, 0.3, 0.3, 0.25])
    attributes: dict[str, list[Any]] = {
        "trade": list(trade),
        "channel": list(random.choice(["window", "web"], cases, p=[0.2, 0.8])),
        "amount": list(np.round(random.lognormal(8, 1.5, cases), 2)),
        "clerk": [f"c{n}" for n in random.integers(0, 6, cases)],
        "age": [float(n) for n in random.integers(0, 50, cases)],
    }
    hours = random.lognormal(3 + 0.8 * where + 0.3 * month, spread, cases) + effect * (trade == "a")
    first = pd.Timestamp("2026-01-01") + pd.to_timedelta(month * 30 * 24 + random.uniform(0, 720, cases), "h")
    ended = first + pd.to_timedelta(hours, "h")
    frame = pd.DataFrame(
        {
            "case_id": [f"{n:05d}" for n in range(cases)],
            "first_at": first.astype("datetime64[us]"),
            "last_at": ended.where(ended <= END, END).astype("datetime64[us]"),
            "closed": ended <= END,
        }
    )
    return Office(frame, attributes, Strata({"@office": where, "@month": month}, 1), hours)


def looked_at(known: Office, *shares: npt.NDArray[np.float64]) -> Influences:
    """Lead time and outcomes of yes and no, all at once."""
    lead = lead_time(known.frame)
    assert lead is not None
    everybody = np.ones(len(known.frame), np.bool_)
    answers = [Outcome(Question.LATE, share, share, everybody) for share in shares]
    return compared(known.traits, [(one, one) for one in (lead, *answers)], known.strata)


def of_trade_a(found: Influences) -> Finding:
    return next(f for f in found.findings if f.subject == ("trade", "a"))


@pytest.mark.slow
def test_without_any_effect_at_most_one_log_in_twenty_has_a_false_finding() -> None:
    """Where nothing is true every finding is false, so that their share is the share of logs that have one."""
    fooled, looks = 0, 0
    for seed in range(200):
        known, random = office(seed), np.random.default_rng(seed + 10_000)
        rare, frequent = ((random.random(len(known.frame)) < share).astype(np.float64) for share in (0.05, 0.4))
        found = looked_at(known, rare, frequent)
        fooled += found.found > 0
        looks += found.looks
    assert looks / 200 > 40
    assert fooled / 200 <= FALSE_SHARE + 2 * (FALSE_SHARE * (1 - FALSE_SHARE) / 200) ** 0.5


@pytest.mark.slow
def test_an_effect_is_found_and_its_interval_covers_it() -> None:
    everybody = office(77, cases=60_000, effect=120)
    trade, stratum = everybody.having("trade", "a"), everybody.strata.without("trade")
    covered, made = 0, 200
    for seed in range(made):
        known = office(seed, cases=400, effect=120)
        lead = lead_time(known.frame)
        assert lead is not None and lead.within is not None
        low, high = stratified(lead.value, known.having("trade", "a"), known.strata.without("trade")).interval
        truth = stratified(np.minimum(everybody.hours * HOUR, lead.within), trade, stratum).value
        covered += low <= truth <= high
        if seed < 40:
            assert of_trade_a(looked_at(known)).evidence["found"]
    assert covered >= 0.92 * made


@pytest.mark.slow
def test_a_difference_of_shares_is_found_and_its_interval_covers_it() -> None:
    covered, found, made = 0, 0, 200
    for seed in range(made):
        known, random = office(seed, cases=400), np.random.default_rng(seed + 10_000)
        late = (random.random(400) < np.where(known.having("trade", "a"), 0.5, 0.15)).astype(np.float64)
        finding = of_trade_a(compared(known.traits, [(_yes_or_no(late),) * 2], known.strata))
        assert finding.interval is not None
        covered += finding.interval[0] <= 0.35 <= finding.interval[1]
        found += bool(finding.evidence["found"])
    assert found >= 0.9 * made
    assert covered >= 0.92 * made


def _yes_or_no(answers: npt.NDArray[np.float64]) -> Outcome:
    return Outcome(Question.LATE, answers, answers, np.ones(len(answers), np.bool_))


def _figures(found: Influences) -> dict[tuple[str, ...], tuple[Any, ...]]:
    return {
        (f.measure, *f.subject): (
            f.cases,
            f.evidence["found"],
            *(pytest.approx(x) for x in (f.value, *(f.interval or ()))),
        )
        for f in found.findings
    }


@settings(max_examples=10)
@given(seed=some.integers(0, 10_000))
def test_the_order_of_the_cases_and_the_names_of_values_do_not_matter(seed: int) -> None:
    known = office(seed, effect=60)
    order = np.random.default_rng(seed).permutation(len(known.frame))
    strata = Strata({name: codes[order] for name, codes in known.strata.layers.items()}, 1)
    attributes = {name: [values[n] for n in order] for name, values in known.attributes.items()}
    frame = known.frame.iloc[order].reset_index(drop=True)
    assert _figures(looked_at(Office(frame, attributes, strata, known.hours))) == _figures(looked_at(known))
    renamed = {**known.attributes, "trade": [{"a": "z"}.get(t, t) for t in known.attributes["trade"]]}
    again = _figures(looked_at(Office(known.frame, renamed, known.strata, known.hours)))
    assert again["long", "trade", "z"] == _figures(looked_at(known))["long", "trade", "a"]


def test_a_copy_of_an_attribute_is_no_second_look_and_said_to_coincide() -> None:
    known = office(1, cases=400, effect=300)
    copied = Office(
        known.frame,
        {**known.attributes, "branch": [t.upper() for t in known.attributes["trade"]]},
        known.strata,
        known.hours,
    )
    once, twice = looked_at(known), looked_at(copied)
    assert (twice.looks, twice.found) == (once.looks, once.found)
    both = next(f for f in twice.findings if ["trade", "a"] in f.evidence["same_as"])  # type: ignore[operator]
    assert both.subject == ("branch", "A") and both.evidence["found"]


def test_nearly_the_same_cases_are_two_looks_that_coincide() -> None:
    known = office(1, cases=400, effect=300)
    almost = ["a" if n == 0 else trade for n, trade in enumerate(known.attributes["trade"])]
    found = looked_at(
        Office(known.frame, {"trade": known.attributes["trade"], "zone": almost}, known.strata, known.hours)
    )
    first, second = (f for f in found.findings if f.subject[1] == "a")
    assert first.evidence["found"] and first.evidence["coincides_with"] == []
    assert second.evidence["coincides_with"] == [list(first.subject)]


def test_what_the_office_explains_is_not_the_attributes_doing() -> None:
    """Web cases go to the slow office: raw they take longer, among cases of one office they do not."""
    random = np.random.default_rng(5)
    where = random.integers(0, 2, 600)
    web = random.random(600) < np.where(where == 1, 0.9, 0.1)
    hours = random.lognormal(2 + 2 * where, 0.5, 600)
    first = pd.Timestamp("2026-01-01") + pd.to_timedelta(random.uniform(0, 720, 600), "h")
    ended = pd.Series((first + pd.to_timedelta(hours, "h")).astype("datetime64[us]"))
    frame = pd.DataFrame(
        {"case_id": range(600), "first_at": first.astype("datetime64[us]"), "last_at": ended, "closed": True}
    )
    known = Office(frame, {"channel": ["web" if w else "window" for w in web]}, Strata({"@office": where}, 0), hours)
    [finding] = looked_at(known).findings
    raw: Any = finding.evidence["raw_interval"]
    assert raw[0] > 0
    assert finding.interval is not None and finding.interval[0] < 0 < finding.interval[1]
    assert not finding.evidence["found"]


def test_open_cases_count_as_lasting_longer_than_they_did_so_far() -> None:
    known = office(3, cases=2_000)
    over = known.frame["closed"].to_numpy()
    finished, everybody = lead_time(known.frame[over].reset_index(drop=True)), lead_time(known.frame)
    assert (
        finished is not None and everybody is not None and everybody.within is not None and finished.within is not None
    )
    assert finished.value == pytest.approx(np.minimum(known.hours[over] * HOUR, finished.within), abs=1)
    truth = np.minimum(known.hours * HOUR, everybody.within).mean()
    assert int((~over).sum()) > 80
    assert everybody.value.mean() == pytest.approx(truth, rel=0.03)
    assert np.minimum(known.hours[over] * HOUR, everybody.within).mean() < 0.95 * truth


def test_probabilities_are_those_of_the_textbooks() -> None:
    """One stratum of yes and no is Fisher's test; of ranks it is Wilcoxon's with the normal distribution."""
    random = np.random.default_rng(8)
    has, one_stratum = np.arange(60) < 25, np.zeros(60, np.int64)
    hits = (random.random(60) < 0.2).astype(np.float64)
    table = [[int(hits[side].sum()), int((1 - hits[side]).sum())] for side in (has, ~has)]
    smaller = min(stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater"))
    assert probability(hits, has, one_stratum, binary=True) == pytest.approx(min(1, 2 * smaller))
    values = random.normal(size=60)
    ranks = stats.rankdata(values)
    exact = stats.mannwhitneyu(values[has], values[~has], use_continuity=False, method="asymptotic").pvalue
    assert probability(ranks, has, one_stratum) == pytest.approx(exact)
    assert corrected(np.array([0.01, 0.04, 0.03, 0.9])) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.9])


def test_nothing_is_asked_of_fewer_than_twenty_cases() -> None:
    attributes = typed_json.dumps
    work = [
        Done(
            f"{n:03d}",
            "check",
            10 + n % 7 + 300 * (n < 15),
            started=n,
            attributes=attributes({"rare": n < 15, "half": n % 2 == 0}),
        )
        for n in range(100)
    ]
    subjects = {f.subject[0] for f in diagnose(log_of(*work), only=["influences"]).findings(Kind.INFLUENCE)}
    assert "half" in subjects and "rare" not in subjects


def test_receipt_has_many_looks_and_says_how_many(receipt: EventLog) -> None:
    analysis = diagnose(receipt, only=["influences"]).analyses["influences"]
    assert analysis.figures["looks"] == len(analysis.findings) == 65
    assert {f.evidence["looks"] for f in analysis.findings} == {65}
    assert analysis.figures["adjusted_for"] == ["@office", "@month"]
    assert all(f.cases >= 20 and int(f.evidence["without"]) >= 20 for f in analysis.findings)  # type: ignore[arg-type]


def test_who_leaves_the_drawn_path_is_asked_where_there_is_a_drawing() -> None:
    process = drawing("start > accept > check > end")
    work = []
    for n in range(120):
        web = typed_json.dumps({"channel": "web" if n % 3 else "window"})
        steps = ("start", "accept", "end") if n % 3 and n % 2 else ("start", "accept", "check", "end")
        work += [Done(f"{n:03d}", step, n + at, attributes=web if not at else "{}") for at, step in enumerate(steps)]
    found = diagnose(log_of(*work), process, only=["influences"]).findings(Kind.INFLUENCE)
    [channel] = [f for f in found if f.measure == "deviating" and f.subject[0] == "channel"]
    assert channel.evidence["found"] and channel.evidence["raw"] == pytest.approx(0.5)
    assert not [f for f in found if f.measure == "deviating" and f.subject[0] == "@activity"]
