"""The words of one vendor on one element, and which of them were understood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final, TypeVar

from bpmn import kept
from bpmn.errors import Untranslatable
from bpmn.kept import Element, Entry
from bpmn.vocabulary import ACTIVITI, CAMUNDA, FLOWABLE, SPIFF, ZEEBE

Value = TypeVar("Value")
VENDORS: Final = (CAMUNDA, FLOWABLE, ACTIVITI, ZEEBE, SPIFF)
_OWNERS: Final = ("potentialOwner", "humanPerformer", "performer")


def is_foreign(entry: Entry) -> bool:
    """Whether a vendor may have written this entry, or it names who does the work."""
    return any(namespace in entry for namespace in VENDORS) or any(f"<bpmn:{tag}" in entry[:30] for tag in _OWNERS)


class Words:
    """Attributes and elements of some namespaces; what nobody asks for, or nobody can translate, is in `kept()`."""

    def __init__(self, entries: Iterable[Entry], namespaces: Collection[str]) -> None:
        self._attributes: dict[str, str] = {}
        self._elements: list[Element] = []
        self._refused: dict[str, str] = {}
        self._understood: set[str] = set()
        for entry in entries:
            self._add(entry, namespaces)

    def _add(self, entry: Entry, namespaces: Collection[str]) -> None:
        if kept.is_element(entry):
            if any(namespace in entry for namespace in namespaces) and not entry.startswith(("<!--", "<?")):
                element = kept.parse(entry)
                if any(element.tag.startswith(f"{{{namespace}}}") for namespace in namespaces):
                    self._elements.append(element)
            return
        pair = kept.split_attribute(entry)
        for namespace in namespaces:
            if pair and pair[0].startswith(f"{{{namespace}}}"):
                self._attributes.setdefault(pair[0][len(namespace) + 2 :], pair[1])

    def says(self, name: str) -> bool:
        return bool(self._attributes.get(name))

    def attribute(self, name: str, meaning: Callable[[str], Value], nothing: Value) -> Value:
        """What the attribute means; `nothing` where it is missing or cannot be translated, which is then named."""
        value = self._attributes.get(name)
        return nothing if not value else self._translated(name, meaning, value, nothing)

    def text(self, *names: str) -> str:
        """The first of these attributes that is there, as it is written."""
        found = next((name for name in names if self.says(name)), None)
        return "" if found is None else self.attribute(found, str, "")

    def elements(self, *names: str) -> list[Element]:
        """The elements of these names, which count as understood."""
        self._understood.update(names)
        return [element for element in self._elements if kept.local(element) in names]

    def value(self, element: Element, name: str, meaning: Callable[[str], Value], nothing: Value) -> Value:
        """What an attribute of one of the elements means."""
        value = element.get(name)
        return nothing if not value else self._translated(f"{kept.local(element)}.{name}", meaning, value, nothing)

    def _translated(self, name: str, meaning: Callable[[str], Value], value: str, nothing: Value) -> Value:
        self._understood.add(name)
        try:
            return meaning(value)
        except Untranslatable as refusal:
            self._refused[name] = str(refusal).rstrip(".")
            return nothing

    def refuse(self, name: str, reason: str) -> None:
        self._refused[name] = reason

    def kept(self) -> tuple[str, ...]:
        """The words without a term of ours, each with its reason where it has one."""
        names = [*self._attributes, *(kept.local(element) for element in self._elements)]
        unknown = [name for name in dict.fromkeys(names) if name not in self._understood and name not in self._refused]
        return (*unknown, *(f"{name} ({reason})" for name, reason in self._refused.items()))
