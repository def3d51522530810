"""Both languages say everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import webui
from bpmn.forms.answers import MESSAGES
from bpmn.validation import SUBJECTS
from mining.redesign import REASONS
from tests.webui.conftest import SignIn
from webui.language import TRANSLATIONS, catalogue, translate

ROOT = Path(webui.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OWN_WORDS = ("cli", "demo")  # these speak for themselves
PLACE = re.compile(r"%\((\w+)\)s")


def messages() -> Iterator[str]:
    for file, _line, text, _comments, _context in extract_from_dir(
        ROOT, METHODS, keywords={"_": None, "gettext": None}, options_map={"**.html": {"trim_blocks": "true"}}
    ):
        if not file.startswith(OWN_WORDS):
            yield text if isinstance(text, str) else text[0]


def test_every_text_has_a_chinese_one() -> None:
    chinese = catalogue("zh")
    assert len(set(messages())) > 400, "the texts were found at all"
    assert sorted({text for text in messages() if text not in chinese}) == []


def test_translations_fill_in_the_same_values() -> None:
    wrong = [
        text
        for text, translated in catalogue("zh").items()
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(translated))
    ]
    assert wrong == []


def test_a_page_follows_the_choice(signed_in: SignIn, case: str) -> None:
    client = signed_in("clerk", language="zh")
    assert "待办任务" in client.get("/inbox").text and "受理审核" in client.get("/inbox").text
    client.post("/language", data={"language": "en", "after": "/inbox"})
    page = client.get("/inbox").text
    assert "Inbox" in page and "Accept and check papers" in page and "待办任务" not in page
    assert "待办任务" in client.get("/inbox?language=zh").text


def test_an_unknown_text_stays_english() -> None:
    assert translate("zh", "No such sentence %(n)s", n=1) == "No such sentence 1"


def test_what_other_rooms_say_to_officers_has_chinese_too() -> None:
    chinese = catalogue("zh")
    assert [text for text in MESSAGES.values() if text not in chinese] == []
    assert [
        reason for reason in REASONS if reason not in ("drop", "drop_few", "automate", "hand_over", "parallelise")
    ] == []


def test_every_rule_of_a_drawing_has_a_chinese_sentence() -> None:
    chinese = catalogue("zh")
    rules = [rule.name for rules in SUBJECTS.values() for rule in rules]
    assert [name for name in rules if f"problem:{name}" not in chinese] == []


def test_the_catalogue_is_sound() -> None:
    path = TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        mistakes = [(message.id, list(errors)) for message, errors in read_po(file, locale="zh").check()]
    assert mistakes == []
