"""What the values of vendors' attributes mean in FEEL; each raises Untranslatable where it is not certain."""

from __future__ import annotations

import re

from bpmn.dialects import constant_or, juel
from bpmn.errors import Untranslatable
from bpmn.expressions import feel, time_expression
from bpmn.feel import FeelError, parse

_BEAN = re.compile(r"[$#]\{\s*(\w+)\s*\}")
_PARTS = re.compile(r"((?:[$#]\{[^}]*\}|[^,])+)")


def computed(text: str) -> bool:
    return "${" in text or "#{" in text or text.startswith("=")


def constant(text: str) -> str:
    """A name that is not computed."""
    if computed(text):
        raise Untranslatable(text, 0, "it is computed, and a name is wanted here")
    return text


def bean(text: str) -> str:
    """`${mailer}` is the registered service `mailer`; a class is called by its name."""
    match = _BEAN.fullmatch(text.strip())
    return match[1] if match else constant(text)


def posts(text: str) -> tuple[str, ...]:
    """Groups, blank signs in them replaced, since posts are listed with blanks between them."""
    return tuple(part.strip().replace(" ", "_") for part in constant(text).split(",") if part.strip())


def people(text: str) -> str:
    """Users as a FEEL list."""
    return "[" + ", ".join(constant_or(part.strip()) for part in _PARTS.findall(text) if part.strip()) + "]"


def number(text: str) -> str:
    return juel(text) if computed(text) else readable(text)


def moment(text: str) -> str:
    """A date or a span of time; plain ISO 8601 becomes a literal."""
    return juel(text) if "${" in text or "#{" in text else readable(time_expression(text))


def readable(text: str) -> str:
    """FEEL that can be read."""
    try:
        parse(text)
    except FeelError as error:
        raise Untranslatable(text, error.position or 0, error.message.rstrip(".")) from error
    return text


def of_zeebe(text: str) -> str:
    """`=x` is FEEL, whatever else a text."""
    return readable(feel(text)) if text.startswith("=") else constant_or(text)
