"""Deviations that are accepted for a time: not counted while valid, counted again afterwards, and on record for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from mining.acceptances import Acceptance, Base, Standing, accept, history, take_back, valid
from mining.analyses import ANALYSES
from mining.analyses.analysis import Analysis
from mining.errors import Unacceptable, UnknownAcceptance
from mining.judging import judged
from mining.reading import read
from tests.mining.logs import MONDAY, Done, log_of, path
from tests.mining.test_conformance import RIGHT, drawn

SKIPPED = ("start", "accept", "approve", "deliver", "end")
TWICE = ("start", "accept", "accept", "approve", "deliver", "end")
MONTH = timedelta(days=30)


@pytest.fixture
def session(any_database_url: str) -> Iterator[Session]:
    engine = create_engine(any_database_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def found() -> Analysis:
    """Thirty cases of each version as drawn; of version 1 four skip the check, of version 2 five, and one does more besides."""

    def cases(name: str, steps: tuple[str, ...], version: int, count: int) -> list[Done]:
        return [replace(d, version=version) for n in range(count) for d in path(f"{name}{n:02}", *steps)]

    log = log_of(
        *cases("a", RIGHT, 1, 30), *cases("b", RIGHT, 2, 30), *cases("c", SKIPPED, 1, 4), *cases("d", SKIPPED, 2, 5),
        *cases("e", TWICE, 2, 1), open_cases=[],
    )  # fmt: skip
    return ANALYSES["conformance"](read(log, {1: drawn(), 2: drawn()}))


def told(analysis: Analysis) -> dict[str, tuple[int, float]]:
    return {f.measure: (f.cases, round(f.share or 0, 4)) for f in analysis.findings}


def test_while_it_is_valid_it_is_listed_apart_and_not_counted(session: Session, found: Analysis) -> None:
    assert told(found) == {"skipped": (10, round(10 / 70, 4)), "repeated": (1, round(1 / 70, 4))}
    assert found.figures["conforming"] == 60
    accept(session, "p", "skipped", "check", reason="a circular", by="head", until=MONDAY + MONTH, now=MONDAY)
    after = judged(found, valid(session, "p", MONDAY))
    assert told(after) == {"repeated": (1, round(1 / 70, 4))}
    assert (after.figures["conforming"], after.figures["accepted_cases"]) == (69, 9), "one also repeats"
    assert after.figures["accepted"] == [{"word": "skipped", "activity": "check", "cases": 10}]
    assert after.figures["rate"] == 69 / 70 and found.figures["conforming"] == 60, "the facts stay as they are"
    expired = valid(session, "p", MONDAY + MONTH)
    assert expired == [] and judged(found, expired) is found
    assert valid(session, "other", MONDAY) == []


def test_of_some_versions_only_those_are_excused(session: Session, found: Analysis) -> None:
    accept(
        session, "p", "skipped", "check", versions=(None, 1), reason="r", by="head", until=MONDAY + MONTH, now=MONDAY
    )  # fmt: skip
    after = judged(found, valid(session, "p", MONDAY))
    assert told(after)["skipped"] == (6, round(6 / 36, 4)) and after.figures["conforming"] == 64
    [skipped] = [f for f in after.findings if f.measure == "skipped"]
    assert skipped.evidence["versions"] == [{"version": 2, "cases": 6, "eligible": 36}]


def test_who_decided_what_and_why_stays_on_record(session: Session) -> None:
    first = accept(session, "p", "skipped", "check", reason="a circular", by="head", until=MONDAY + MONTH, now=MONDAY)
    take_back(session, first.id, reason="it ended", by="deputy", now=MONDAY + timedelta(days=1))
    second = accept(session, "p", "skipped", "check", reason="another", by="head", until=MONDAY + MONTH, now=MONDAY)
    session.commit()
    later = MONDAY + timedelta(days=2)
    assert [(a.id, a.standing(later)) for a in history(session, "p")] == [
        (second.id, Standing.VALID), (first.id, Standing.TAKEN_BACK)
    ]  # fmt: skip
    assert first.taken_back is not None and (first.taken_back.by, first.taken_back.reason) == ("deputy", "it ended")
    first.reason = "something else"
    with pytest.raises(Unacceptable, match="stays on record"):
        session.flush()
    session.rollback()
    assert session.get(Acceptance, first.id).reason == "a circular"  # type: ignore[union-attr]


def test_what_cannot_be_accepted_says_why(session: Session) -> None:
    def refused(match: str, **changed: object) -> None:
        given: dict[str, object] = {"reason": "r", "by": "head", "until": MONDAY + MONTH, "now": MONDAY, **changed}
        word = str(given.pop("word", "skipped"))
        with pytest.raises(Unacceptable, match=match):
            accept(session, "p", word, "check", **given)  # type: ignore[arg-type]

    refused("a reason is needed", reason="  ")
    refused("expired already", until=MONDAY)
    refused("no deviation 'vanished'", word="vanished")
    refused("give the lower number first", versions=(3, 2))
    with pytest.raises(UnknownAcceptance):
        take_back(session, 99, reason="r", by="head", now=MONDAY)
    made = accept(session, "p", "skipped", "check", reason="r", by="head", until=MONDAY + MONTH, now=MONDAY)
    with pytest.raises(Unacceptable, match="not valid any more"):
        take_back(session, made.id, reason="r", by="head", now=MONDAY + MONTH)
