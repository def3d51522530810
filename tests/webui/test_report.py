"""The report: its first line, both languages, and a page that needs nothing from elsewhere."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bpmn.procedure import DayUnit, LimitKind, TimeLimit
from bpmn.procedure_costs import Costs
from event_logs.log import EventLog
from mining.critical_path import PARTS
from mining.deviations import Word
from mining.diagnosis import Diagnosis, diagnose
from mining.findings import Note
from mining.rules import Rule
from tests.mining.logs import Done, log_of
from tests.mining.test_conformance import drawn
from webui.report import as_html, as_text
from webui.report_tables.bottlenecks import DELAYS
from webui.report_tables.notes import note_sentence
from webui.report_texts import LANGUAGES, SENTENCES, duration, percent, working_duration

NAMES = {"check": "资料审核", "accept": "受理", "approve": "审批", "deliver": "送达", "start": "申请", "end": "办结"}


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    """Thirty cases that wait for the check; five skip the approval, two are asked back."""
    work = []
    for n in range(30):
        case, slow = f"{n:02}", 20 + n % 5
        work += [
            Done(case, "start", 0, office="north"),
            Done(case, "accept", 1, started=0.5, scheduled=0, officer="wang", office="north"),
            Done(
                case, "check", slow + 2, started=slow, scheduled=1, officer=f"li{n % 2}", post="clerk", office="north"
            ),
        ]
        if n < 2:
            work.append(
                Done(case, "check", slow + 3, started=slow + 2.5, scheduled=slow + 2, officer="li0", office="north")
            )
        if n >= 5:
            work.append(Done(case, "approve", slow + 5, started=slow + 4, scheduled=slow + 3, officer="zhao"))
        work += [Done(case, "deliver", slow + 6, started=slow + 5.5, scheduled=slow + 5), Done(case, "end", slow + 6)]
    limits = (TimeLimit(LimitKind.PROMISED, 1, DayUnit.WORKING, "example", False),)
    return diagnose(log_of(*work, open_cases=[]), drawn(), limits=limits)


def test_the_first_line_names_the_worst_bottleneck(diagnosis: Diagnosis) -> None:
    english = as_text(diagnosis, language="en").splitlines()[0]
    chinese = as_text(diagnosis, lambda a: NAMES.get(a, a), "zh").splitlines()[0]
    assert english.startswith("Worst bottleneck: cases wait before “check” is begun: 26 d 7 h in all, ")
    assert "in 30 of 30 cases; the median wait is 21 h" in english
    assert chinese.startswith("最大堵点:「资料审核」办理之前的等待,合计 26 天 7 小时,占全部等待的")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_has_every_part_and_no_line_that_a_terminal_breaks(diagnosis: Diagnosis, language: str) -> None:
    text = as_text(diagnosis, lambda a: NAMES.get(a, a), language)
    at = LANGUAGES.index(language)
    for key in (
        "bottlenecks",
        "critical_path",
        "conformance",
        "rework",
        "timeliness",
        "organisation",
        "variants",
    ):
        assert f"== {SENTENCES[key][at]} ==" in text
    assert "资料审核" in text and "{" not in text


def test_what_is_too_long_for_a_cell_goes_on_below_it(diagnosis: Diagnosis) -> None:
    long = "检查" * 15 + " and compare what was declared with the invoices of the year before"
    lines = as_text(diagnosis, lambda activity: long if activity == "check" else activity, "zh").splitlines()
    at = next(number for number, line in enumerate(lines) if line.lstrip().startswith("1  检查"))
    below = [line.strip() for line in lines[at + 1 : at + 4]]
    assert "检查" * 11 in lines[at]
    assert below == ["检查" * 4 + " and compare what was", "declared with the invoices of the year", "before"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone(diagnosis: Diagnosis, language: str) -> None:
    page = as_html(diagnosis, lambda a: NAMES.get(a, a), language)
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert "<script" not in page and "javascript:" not in page and " onload" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page.replace('xlink:href="#', ""))
    assert not re.findall(r"https?://(?!www\.w3\.org/)", page)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert page.count("<svg") > 5 and "资料审核" in page
    assert ("办理总时长" in page) == (language == "zh")


def test_names_of_a_hostile_log_are_only_text() -> None:
    bad = '<img src=x onerror="alert(1)">'
    found = diagnose(log_of(Done("1", bad, 0, officer=bad), Done("1", "b&b", 1, officer="</style><script>")))
    page = as_html(found, language="en")
    assert "<img" not in page and "<script" not in page and "&lt;img" in page and "b&amp;b" in page


def test_a_log_of_completions_says_so(receipt_like: EventLog) -> None:
    text = as_text(diagnose(receipt_like), language="en")
    assert text.startswith("Most time passes between “a” and “b”")
    assert "cannot be told apart" in text.splitlines()[0]


@pytest.fixture
def receipt_like() -> EventLog:
    return log_of(*(Done(f"{n}", name, hour) for n in range(25) for name, hour in (("a", 0), ("b", 5))))


def test_open_waiting_and_costs_stand_in_columns_of_their_own() -> None:
    done = [
        each
        for n in range(30)
        for each in (Done(str(n), "a", n, post="desk"), Done(str(n), "b", n + 9, n + 5, scheduled=n, post="desk"))
    ]
    costs = Costs("CNY", {"desk": Decimal(60)}, {}, Decimal(24))
    text = as_text(diagnose(log_of(*done), costs=costs), language="en")
    assert "Cost of waiting" in text and "Costs in CNY" in text
    assert "150.00" in text, "thirty waits of five hours at 24 a day"
    assert "Still waiting" not in text


def test_a_handful_of_cases_is_not_called_a_bottleneck() -> None:
    found = diagnose(log_of(Done("1", "a", 1, started=0), Done("1", "b", 9, started=8)))
    assert as_text(found, language="en").startswith("There are too few cases")
    assert "insufficient" in as_text(found, language="en")


def test_every_sentence_exists_in_both_languages_with_the_same_blanks() -> None:
    for key, (chinese, english) in SENTENCES.items():
        assert chinese and english, key
        blanks = [set(re.findall(r"\{(\w+)", text)) for text in (chinese, english)]
        assert blanks[0] == blanks[1], key


def test_everything_that_mining_can_say_has_its_words() -> None:
    source = "".join(file.read_text() for file in (Path(__file__).parents[2] / "mining").rglob("*.py"))
    codes = set(re.findall(r'Note\(\s*"(\w+)"', source))
    wanted = {f"note_{code}" for code in codes}
    wanted |= {f"d_{word}" for word in Word} | {f"r_{rule}" for rule in Rule} | {f"part_{part}" for part in PARTS}
    wanted |= {f"l_{kind}" for kind in LimitKind} | {str(unit) for unit in DayUnit} | {str(kind) for kind in DELAYS}
    assert len(codes) > 8 and wanted <= set(SENTENCES)


def test_notes_join_their_lists() -> None:
    note = Note("not_recorded", {"model": "m", "kinds": ["start", "end"]})
    assert note_sentence(note, "en").endswith("start, end.")


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (None, "–", "–"),
        (0, "0 s", "0 秒"),
        (0.25, "0.2 s", "0.2 秒"),
        (59, "59 s", "59 秒"),
        (3600 * 26 + 61, "1 d 2 h", "1 天 2 小时"),
        (-90 * 60, "-1 h 30 min", "-1 小时 30 分"),
        (86_400 * 2422.1, "2,422 d", "2,422 天"),
        (86_399, "1 d", "1 天"),
    ],
)
def test_durations(seconds: float | None, english: str, chinese: str) -> None:
    assert (duration(seconds, "en"), duration(seconds, "zh")) == (english, chinese)


def test_working_days_have_seven_hours() -> None:
    assert working_duration(7 * 3600 * 2.5, "en") == "2.5 working d"
    assert working_duration(3600, "zh") == "1 小时"
    assert percent(0.5432) == "54.3 %"
