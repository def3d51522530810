"""Elements on their way to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bpmn import kept
from bpmn.kept import Entry
from bpmn.vocabulary import OURS, XSI
from bpmn.xml_text import escaped, prefixed, quoted, split_clark

FORMAL = "bpmn:tFormalExpression"
_EXPRESSIONS = ("conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle")  # may have a language then


@dataclass
class Tag:
    """An element to be written; `name` and the attributes' names have their prefix or are in Clark notation."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Tag | Entry] = field(default_factory=list)
    text: str | None = None

    def set(self, name: str, value: str | None) -> None:
        """An attribute, unless it is None or empty."""
        if value:
            self.attributes[name] = value

    def ours(self, name: str, value: str | None) -> None:
        self.set(f"{{{OURS}}}{name}", value)

    def names(self, names: Mapping[str, str]) -> None:
        """Names in other languages as attributes of ours, by code of two letters."""
        for code in sorted(names):
            self.ours(code, names[code])

    def add(self, *children: Tag | Entry) -> None:
        self.children.extend(children)

    def child(self, name: str) -> Tag:
        """The first child of that name, made when it is missing."""
        for child in self.children:
            if isinstance(child, Tag) and child.name == name:
                return child
        made = Tag(name, {f"{{{XSI}}}type": FORMAL} if name.rpartition(":")[2] in _EXPRESSIONS else {})
        self.add(made)
        return made


def give_back(tag: Tag, entries: Iterable[Entry], *, prefix: str = "bpmn:") -> None:
    """Put kept entries where they were: attributes, children, what was inside children of ours, vendors' elements.

    Inside a child that is written as an own tag only what that tag does not have already is added.
    """
    for entry in entries:
        pair = kept.split_attribute(entry)
        within = kept.split_inside(entry)
        if pair:
            tag.attributes.setdefault(pair[0], pair[1])
        elif within:
            give_back(tag.child(prefix + within[0]), [within[1]], prefix=prefix)
        elif prefix == "bpmn:" and kept.tag_of(entry) == "extensionElements" and tag.name != "bpmn:extensionElements":
            tag.child("bpmn:extensionElements").add(entry)
        else:
            tag.add(entry)


def sort_children(tag: Tag, rank: Callable[[str], int]) -> None:
    """Children in the order that the schema wants."""
    tag.children.sort(key=lambda child: rank(local_name(child)))


def local_name(child: Tag | Entry) -> str:
    """The name that the order of the schema goes by."""
    return kept.tag_of(child) if isinstance(child, str) else child.name.rpartition(":")[2]


def namespaces(tag: Tag) -> set[str]:
    """The namespaces of attributes in Clark notation, in the whole tree."""
    found, waiting = set(), [tag]
    while waiting:
        element = waiting.pop()
        found |= {split_clark(name)[0] for name in element.attributes}
        waiting += [child for child in element.children if isinstance(child, Tag)]
    return found - {""}


def lines(tag: Tag, depth: int = 0) -> Iterator[str]:
    """The element as indented lines."""
    indent = "  " * depth
    head = f"{indent}<{tag.name}" + "".join(f" {prefixed(n)}={quoted(v)}" for n, v in tag.attributes.items())
    if tag.text is not None and not tag.children:
        yield f"{head}>{escaped(tag.text)}</{tag.name}>"
    elif not tag.children:
        yield f"{head}/>"
    else:
        yield f"{head}>" + escaped(tag.text or "")
        for child in tag.children:
            if isinstance(child, Tag):
                yield from lines(child, depth + 1)
            else:
                yield f"{indent}  {child}"
        yield f"{indent}</{tag.name}>"
