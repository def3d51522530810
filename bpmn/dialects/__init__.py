"""Expressions of other engines as FEEL: JUEL (`${…}`) of Camunda 7, Flowable and Activiti, JavaScript, Groovy, Python.

Comparisons, logic and arithmetic of variables are translated, and the few calls whose meaning is certain; where FEEL decides,
it decides the same. Whatever else is refused with the place and the reason, and stays as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpmn.dialects.grammars import GRAMMARS, GROOVY, JAVASCRIPT, JUEL, PYTHON, Grammar
from bpmn.dialects.translating import translate
from bpmn.errors import Untranslatable
from bpmn.feel import FeelError, names

__all__ = ["GRAMMARS", "Untranslatable", "constant_or", "juel", "translated"]

_WRAPPED = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
_LANGUAGES: dict[str, tuple[Grammar, ...]] = {
    "juel": (JUEL,),
    "javascript": (JAVASCRIPT,),
    "ecmascript": (JAVASCRIPT,),
    "groovy": (GROOVY,),
    "python": (PYTHON,),
    "jython": (PYTHON,),
}
_WORDS_OF_PYTHON = frozenset({"is", "not", "None", "True", "False"})
_UNNAMED = (JAVASCRIPT, PYTHON)  # what an expression may be that is no FEEL and names no language


def translated(text: str, language: str | None = None) -> str | None:
    """The same expression in FEEL; None where it is FEEL already. Raises Untranslatable.

    `language` is what the file names: a media type, a word or a namespace.
    """
    if _WRAPPED.fullmatch(text):
        return juel(text)
    grammars = _named(language)
    if grammars is None:
        if _is_feel(text):
            return None
        grammars = _UNNAMED
    return _agreed(text, grammars)


def juel(text: str) -> str:
    """One `${…}` or `#{…}` as FEEL; raises Untranslatable."""
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is None or "${" in wrapped[1] or "#{" in wrapped[1]:
        raise Untranslatable(text, 0, "text with an expression inside is put together by its engine")
    return translate(text, JUEL, wrapped.start(1), wrapped.end(1))


def constant_or(text: str) -> str:
    """A vendor's attribute that is a text or `${…}`: a literal, or its translation; raises Untranslatable."""
    if "${" in text or "#{" in text:
        return juel(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named(language: str | None) -> tuple[Grammar, ...] | None:
    words = re.findall(r"[a-z]+", (language or "").lower())
    return next((_LANGUAGES[word] for word in reversed(words) if word in _LANGUAGES), None)


def _is_feel(text: str) -> bool:
    """Words with blanks between them are one name of FEEL, but hardly where a word of Python is among them."""
    try:
        found = names(text)
    except FeelError:
        return False
    return not any(_WORDS_OF_PYTHON & set(name.split()) for name in found)


@dataclass(frozen=True)
class _Tried:
    feel: str | None
    refusal: Untranslatable | None = None


def _agreed(text: str, grammars: tuple[Grammar, ...]) -> str:
    """What the grammars that can read the text agree on."""
    tried = [_try(text, grammar) for grammar in grammars]
    found = {each.feel for each in tried if each.feel is not None}
    if len(found) == 1:
        return found.pop()
    if found:
        raise Untranslatable(text, 0, "it means different things in different languages; name its language")
    refusals = [each.refusal for each in tried if each.refusal]
    raise max(refusals, key=lambda refusal: refusal.position)


def _try(text: str, grammar: Grammar) -> _Tried:
    try:
        return _Tried(translate(text, grammar, 0, len(text)))
    except Untranslatable as refusal:
        return _Tried(None, refusal)
