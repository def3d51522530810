"""One element while it is read: whatever nobody takes out of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bpmn import kept
from bpmn.kept import Element, Entry, is_bpmn, local
from bpmn.vocabulary import BPMN, OURS, XSI

TRUE = ("true", "1")


def unprefixed(reference: str) -> str:
    """An id out of a qualified name: `tns:m1` → `m1`."""
    return reference.strip().rpartition(":")[2]


class Part:
    """An element of the file; `take` and `open` remove from it what `rest` then no longer has."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.tag = local(element)
        self._attributes = dict(element.attrib)
        self._children = list(element)
        self._opened: list[Part] = []

    def take(self, name: str) -> str | None:
        """An attribute by Clark name, or None."""
        value: str | None = self._attributes.pop(name, None)
        return value

    def has(self, name: str) -> bool:
        return name in self._attributes

    def put(self, name: str, value: str) -> None:
        """Give an attribute back, or keep one more."""
        self._attributes[name] = value

    def text_of(self, name: str) -> str:
        return self.take(name) or ""

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.take(name)
        return default if value is None else value.strip().lower() in TRUE

    def ours(self, name: str) -> str | None:
        """An attribute of our own namespace."""
        return self.take(f"{{{OURS}}}{name}")

    def words(self, name: str) -> tuple[str, ...] | None:
        """A blank-separated attribute of ours, or None where it is missing."""
        value = self.ours(name)
        return None if value is None else tuple(value.split())

    def names(self) -> dict[str, str]:
        """Names in other languages: our attributes that are called by a language code of two letters."""
        codes = [n for n in self._attributes if n.startswith(f"{{{OURS}}}") and len(n) == len(OURS) + 4]
        found = {name[-2:]: self._attributes.pop(name) for name in codes}
        return {code: name for code, name in found.items() if name}

    def reference(self, name: str) -> str | None:
        value = self.take(name)
        return unprefixed(value) if value else None

    def open(self, tag: str, namespace: str = BPMN) -> Part | None:
        """The first child of that name, taken out; what is left in it is kept under its name."""
        for child in self._children:
            if child.tag == f"{{{namespace}}}{tag}":
                return self._open(child)
        return None

    def _open(self, child: Element) -> Part:
        self._children.remove(child)
        part = Part(child)
        self._opened.append(part)
        return part

    def adopt(self, part: Part) -> None:
        """Keep what is left of a part that stood elsewhere in the file."""
        self._opened.append(part)

    def give_back(self, part: Part) -> None:
        """Undo `open`: the child is kept as it is."""
        self._opened.remove(part)
        self._children.insert(0, part.element)

    def says(self, tag: str) -> bool:
        """Whether the first child of that name has a text."""
        found = next((child for child in self._children if child.tag == f"{{{BPMN}}}{tag}"), None)
        return found is not None and bool(Part(found).text().strip())

    def open_expression(self, tag: str) -> Part | None:
        """The child of that name, taken out; writing gives the type back."""
        found = self.open(tag)
        if found is not None:
            found.take(f"{{{XSI}}}type")
        return found

    def look(self, name: str) -> str | None:
        """An attribute that stays."""
        value: str | None = self._attributes.get(name)
        return value

    def separate(self, wanted: Callable[[Element], bool]) -> list[Part]:
        """Children that are no longer part of this element, in the order of the file."""
        found = [child for child in self._children if wanted(child)]
        self._children = [child for child in self._children if not wanted(child)]
        return [Part(child) for child in found]

    def children(self, tags: Collection[str]) -> list[Part]:
        """All children of BPMN with such a name, taken out for good."""
        return self.separate(lambda child: is_bpmn(child) and local(child) in tags)

    def keep(self, part: Part) -> None:
        """Undo `children` for one of them."""
        self._children.append(part.element)

    def count(self, tags: Collection[str]) -> int:
        return sum(is_bpmn(child) and local(child) in tags for child in self._children)

    def extension_children(self, name: str) -> list[Part]:
        """Elements of ours inside `extensionElements`, taken out for good."""
        found = []
        for box in self._children:
            if box.tag == f"{{{BPMN}}}extensionElements":
                for child in [c for c in box if c.tag == f"{{{OURS}}}{name}"]:
                    box.remove(child)
                    found.append(Part(child))
        return found

    def text(self) -> str:
        """The text of an element that has no elements in it."""
        return str(self.element.xpath("string()"))

    @property
    def has_elements(self) -> bool:
        return any(isinstance(child.tag, str) for child in self.element)

    def rest(self) -> list[Entry]:
        """What nobody took, as entries of `bpmn.kept`."""
        entries = [kept.attribute(name, value) for name, value in self._attributes.items()]
        for part in self._opened:
            entries += kept.inside(part.tag, part.rest())
        for child in self._children:
            entries += _extension_entries(child) if _is_extension_box(child) else [kept.verbatim(child)]
        return entries


def _is_extension_box(child: Element) -> bool:
    return bool(child.tag == f"{{{BPMN}}}extensionElements")


def _extension_entries(box: Element) -> list[Entry]:
    entries: list[Entry] = kept.inside("extensionElements", [kept.attribute(n, v) for n, v in box.attrib.items()])
    for child in list(box):
        entry = [kept.verbatim(child)]
        entries += kept.inside("extensionElements", entry) if is_bpmn(child) else entry
    return entries
