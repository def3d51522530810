"""Who does the work, as BPMN itself has it: resources with an expression in Activiti's words, `user(a), group(b)`."""

from __future__ import annotations

import re
from typing import Final

from bpmn.dialects import constant_or
from bpmn.errors import Untranslatable
from bpmn.kept import Element, local
from bpmn.vendors.meanings import computed
from bpmn.vendors.terms import Terms
from bpmn.vendors.words import Words
from bpmn.vocabulary import BPMN

NAMESPACES: Final = (BPMN,)
_OWNERS: Final = ("humanPerformer", "performer", "potentialOwner")
_PART: Final = re.compile(r"\s*(?:(user|group)\(([^()]*)\)|([^,()]+))\s*")


def terms(words: Words, element: str) -> Terms:
    """`user(a), group(b)` in the owner's expression; a bare word of a performer is a user, of an owner a group."""
    users: list[str] = []
    groups: list[str] = []
    assignee = ""
    refused: list[str] = []
    for owner in words.elements(*_OWNERS):
        for kind, name in _named(owner):
            if kind == "group" and not computed(name):
                groups.append(name.replace(" ", "_"))
            elif kind == "group":
                refused.append(f"{local(owner)} (the group {name} is computed)")
            elif (person := _person(name, refused)) and local(owner) == "potentialOwner":
                users.append(person)
            else:
                assignee = assignee or person
    candidates = f"[{', '.join(users)}]" if users else ""
    return Terms(posts=tuple(groups), assignee=assignee, candidates=candidates, kept=tuple(refused))


def _person(name: str, refused: list[str]) -> str:
    try:
        return constant_or(name)
    except Untranslatable as refusal:
        refused.append(str(refusal).rstrip("."))
        return ""


def _named(owner: Element) -> list[tuple[str, str]]:
    text = owner.findtext(f".//{{{BPMN}}}formalExpression") or ""
    bare = "group" if local(owner) == "potentialOwner" else "user"
    found = [(match[1] or bare, (match[2] or match[3] or "").strip()) for match in _PART.finditer(text)]
    return [(kind, name) for kind, name in found if name]
