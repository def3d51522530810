"""The filter bar: conditions are added and left out without a script, hold on every tab, and are kept by name."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from mining.errors import UnreadableFilter
from mining.filters import read, write
from tests.webui.conftest import SignIn, made
from webui.filter_form import condition
from webui.filter_words import words
from webui.findings import TABS

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ({}, None),
        ({"since": "2026-03-01", "until": "2026-03-31"}, "started(2026-02-28T16:00Z,2026-03-31T16:00Z)"),
        ({"attribute": "office", "of": "event", "values": "east，west"}, "event(office,in,east,west)"),
        ({"attribute": "amount", "values": "5 ..  10"}, "case(amount,range,5,10)"),
        ({"attribute": "amount"}, "case(amount,missing)"),
        ({"starts": "受理 (一)", "without": "1"}, "not(starts(受理 %28一%29))"),
        ({"first": "a", "then": "b", "how": "directly", "within": "2"}, "directly(a,b,7200)"),
        ({"measure": "lead_working", "least": "2"}, "lead_working(50400,)"),
        ({"again": "*", "times": "2", "variants": "3"}, "and(again(,2),variants(3))"),
    ],
)
def test_the_form_says_a_filter(form: dict[str, str], written: str | None) -> None:
    found = condition(form, SHANGHAI)
    assert (None if found is None else write(found)) == written


@pytest.mark.parametrize(
    "form", [{"since": "yesterday"}, {"least": "long"}, {"variants": "0"}, {"again": "a", "times": "x"}]
)
def test_what_the_form_cannot_mean_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(UnreadableFilter):
        condition(form, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("started(2026-02-28T16:00Z,)", "开始于 2026-03-01 起", "began from 2026-03-01 on"),
        ("not(again(a,2))", "非（“A”重复 2 次及以上）", "not (does A again, 2 times or more)"),
        (
            "directly(a,b,3600,same)",
            "“A”之后紧接“B”，相隔不超过 1 小时，由同一人员办理",
            "B comes right after A, within 1 h, by the same officer",
        ),
        ("and(starts(a),or(ends(b),lead(,86400)))", None, "begins with A and (ends with B or took up to 1 d)"),
        ("event(office,in,east,west)", "有事件的 office 为 east 或 west", "has an event with office east or west"),
        ("case(x,range,5,)", "x 为 5 起", "has x from 5 on"),
        (
            "share(0.8)",
            "走合计占办件 80% 的最常见路径之一",
            "takes one of the most frequent paths that hold 80% of the cases",
        ),
    ],
)
def test_a_filter_is_told_in_words(text: str, chinese: str | None, english: str) -> None:
    assert words(read(text), str.upper, "en", SHANGHAI) == english
    if chinese is not None:
        assert words(read(text), str.upper, "zh", SHANGHAI) == chinese


def test_a_condition_holds_on_every_tab_and_is_kept_by_name(app: Flask, signed_in: SignIn, worked: None) -> None:
    manager, page = signed_in("manager"), "/analysis/vat_credit_refund"
    manager.get(page)
    made(app)
    added = manager.get(
        "/analysis/filter?of=vat_credit_refund&tab=flow&measure=lead&least=0.1&filter=event(activity,in,accept)"
    )
    where = parse_qs(urlsplit(added.location).query)["filter"][0]
    assert where == "and(event(activity,in,accept),lead(8640,))" and "tab=flow" in added.location
    assert "it waits for its turn" in manager.get(added.location).text
    made(app)
    shown = manager.get(f"{page}?filter={where}&format=json").json
    assert shown["found"]["cases"] == 4  # type: ignore[index]  # those accepted after three hours and more
    for tab in TABS:
        text = manager.get(f"{page}?tab={tab}&filter={where}").text
        assert "took from 2 h 24 min on" in text and "tab=variants&amp;filter=and%28event%28" in text
    kept = manager.post("/analysis/filter/keep", data={"of": "vat_credit_refund", "filter": where, "name": "slow ones"})
    assert kept.status_code == 302
    assert "slow ones" in manager.get(page).text
    manager.post("/analysis/filter/forget", data={"of": "vat_credit_refund", "name": "slow ones"})
    assert "slow ones" not in manager.get(page).text


def test_a_filter_that_cannot_be_read_is_a_page_with_a_sentence(signed_in: SignIn) -> None:
    answer = signed_in("manager").get("/analysis/vat_credit_refund?filter=begins(a)")
    assert answer.status_code == 422 and "there is no filter" in answer.text
