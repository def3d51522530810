"""What the window says in which language: the English text is the key, `translations/zh` holds the Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import current_app, g, has_request_context, request

from webui.settings import LANGUAGES

TRANSLATIONS = Path(__file__).parent / "translations"
COOKIE = "language"
NAMES = {"zh": "中文", "en": "English"}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text → text of that language; empty for English itself."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string}


def translate(language: str, text: str, /, **values: object) -> str:
    """`text` in that language with `%(name)s` filled in; a text without translation stays English."""
    translated = catalogue(language).get(text, text)
    return translated % values if values else translated


def gettext(text: str, /, **values: object) -> str:
    """`text` in the language of the request."""
    return translate(current_language(), text, **values)


def current_language() -> str:
    """Chosen by the officer, else by the cookie, else the setting; `?language=en` wins for one request."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen: str | None = g.get("language")  # asked for every text of a page
    if chosen is None:
        chosen = g.language = _chosen()
    return chosen


def _chosen() -> str:
    account = getattr(g.get("officer"), "language", None)
    for wish in (request.args.get("language"), account, request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return str(current_app.config["SETTINGS"].language)
