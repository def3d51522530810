"""Messages, signals, errors and escalations: ids in files, names in models.

A file declares `<message id="m1" name="支付回执"/>` and refers to `m1`; our models say `支付回执`. A declaration that has
nothing but its name is made anew when a model is written, under an id that follows from the name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from bpmn import kept
from bpmn.kept import Element, Entry
from bpmn.vocabulary import BPMN

CODES = {"message": None, "signal": None, "error": "errorCode", "escalation": "escalationCode"}
_NAME = re.compile(r"[\w.-]+")


def name_of(declaration: Element) -> str:
    """What a model calls this declaration: its code, else its name, else its id."""
    code = CODES.get(kept.local(declaration))
    found = (code and declaration.get(code)) or declaration.get("name") or declaration.get("id")
    return str(found or "")


def id_for(kind: str, name: str) -> str:
    """The id under which a declaration is made anew: readable where the name may stand in an id."""
    plain = _NAME.fullmatch(name) and ("_" + name.replace("-", "_").replace(".", "_")).isidentifier()
    tail = name if plain else hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{kind.capitalize()}_{tail}"


def attributes_for(kind: str, name: str) -> dict[str, str]:
    """The attributes of a declaration that is made anew."""
    code = CODES[kind]
    return {"id": id_for(kind, name), "name": name} | ({code: name} if code else {})


def association_to_handler(event: str, handler: str) -> dict[str, str]:
    """The attributes of the line from a compensation event to its handler, where it is made anew."""
    ends = {"associationDirection": "One", "sourceRef": event, "targetRef": handler}
    return {"id": f"Association_{event}", **ends}


def is_line_to_handler(association: Element) -> bool:
    """Whether writing would draw exactly this association anew."""
    event, handler = association.get("sourceRef", ""), association.get("targetRef", "")
    return not len(association) and dict(association.attrib) == association_to_handler(event, handler)


def is_made_anew(declaration: Element) -> bool:
    """Whether writing would make exactly this declaration."""
    kind = kept.local(declaration)
    if kind not in CODES or len(declaration) or declaration.tag != f"{{{BPMN}}}{kind}":
        return False
    return dict(declaration.attrib) == attributes_for(kind, name_of(declaration))


def declared(raw: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """(kind, name) → id of the declarations that a model keeps; the first of equal ones."""
    found: dict[tuple[str, str], str] = {}
    for entry in raw:
        kind = kept.tag_of(entry) if entry.startswith("<") and "process" not in entry[:20] else ""
        if kind in CODES:
            declaration = kept.parse(entry)
            if declaration.get("id"):
                found.setdefault((kind, name_of(declaration)), declaration.get("id"))
    return found
