"""What is kept of a file without a term of ours: entries of text that writing turns back into XML.

An entry is either an element, written as XML that stands by itself (`<camunda:field …/>`), a comment (`<!--…-->`), or an
attribute in Clark notation (`{http://camunda.org/schema/1.0/bpmn}assignee=demo`). What was inside a child that we did
read, such as an event definition, has the name of that child and a slash before it: `timerEventDefinition/id=t1`.
Entries stand in the order that the schema wants, so that the same content has the same value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from lxml import etree

from bpmn.vocabulary import BPMN
from bpmn.xml_text import canonical

Element: TypeAlias = Any  # lxml's elements carry no types
Entry: TypeAlias = str

_IN_BPMN = f"{{{BPMN}}}"
_OWN_TAG = re.compile(r"<bpmn:([\w.-]+)")  # canonical text always has this prefix for BPMN
_INSIDE = re.compile(r"([A-Za-z][\w.-]*)/(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"((?:\{[^}]*\})?[^=<{}/]+)=(.*)", re.DOTALL)


def local(element: Element) -> str:
    """The name without namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def is_bpmn(element: Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(_IN_BPMN)


def squeeze(root: Element) -> None:
    """Remove the white space that only indents, in place; text that stands between elements keeps its own."""
    for element in root.iter(etree.Element):
        if len(element) and not any(_says(text) for text in _texts(element)):
            element.text = None
            for child in element:
                child.tail = None


def _texts(element: Element) -> Iterator[str | None]:
    yield element.text
    for child in element:
        yield child.tail


def _says(text: str | None) -> bool:
    return bool(text and text.strip())


def verbatim(element: Element) -> Entry:
    """The element, comment or instruction as an entry."""
    return canonical(element)


def parse(entry: Entry) -> Element:
    """An element entry as an lxml element."""
    return etree.fromstring(entry, etree.XMLParser(resolve_entities=False, no_network=True))


def attribute(name: str, value: str) -> Entry:
    return f"{name}={value}"


def inside(child: str, entries: Iterable[Entry]) -> list[Entry]:
    """Entries of a child that we read ourselves."""
    return [f"{child}/{entry}" for entry in entries]


def is_element(entry: Entry) -> bool:
    return entry.startswith("<")


def split_attribute(entry: Entry) -> tuple[str, str] | None:
    """(name in Clark notation, value) of an attribute entry, else None."""
    match = None if is_element(entry) else _ATTRIBUTE.fullmatch(entry)
    return (match[1], match[2]) if match else None


def split_inside(entry: Entry) -> tuple[str, Entry] | None:
    """(child, entry) of what was inside a child, else None."""
    if is_element(entry) or split_attribute(entry):
        return None
    match = _INSIDE.fullmatch(entry)
    return (match[1], match[2]) if match else None


def of_child(entries: Iterable[Entry], child: str) -> list[Entry]:
    """The entries inside that child, without its name."""
    pairs = (split_inside(entry) for entry in entries)
    return [pair[1] for pair in pairs if pair and pair[0] == child]


def attributes(entries: Iterable[Entry]) -> dict[str, str]:
    """The attributes among the entries, by Clark name."""
    return dict(pair for pair in map(split_attribute, entries) if pair)


def elements(entries: Iterable[Entry], name: str | None = None) -> list[Element]:
    """The elements among the entries as lxml elements, or those of one Clark name."""
    wanted = (entry for entry in entries if is_element(entry) and not entry.startswith(("<!--", "<?")))
    parsed = [parse(entry) for entry in wanted if name is None or etree.QName(name).localname in entry]
    return [element for element in parsed if name is None or element.tag == name]


def tag_of(entry: Entry) -> str:
    """The local name of an element of BPMN itself; "extensionElements" for what stands in there; "" for the rest."""
    if not is_element(entry) or entry.startswith(("<!--", "<?")):
        return ""
    own = _OWN_TAG.match(entry)
    return own[1] if own else "extensionElements"


def in_order(entries: Iterable[Entry], rank: Callable[[str], int]) -> tuple[Entry, ...]:
    """Attributes by name, then what is inside children, then elements by the rank of their name."""
    return tuple(sorted(entries, key=lambda entry: _key(entry, rank)))


def _key(entry: Entry, rank: Callable[[str], int]) -> tuple[int, int, str]:
    pair = split_attribute(entry)
    if pair:
        return (0, 0, pair[0])
    within = split_inside(entry)
    if within:
        return (1, 0, within[0])
    return (2, rank(tag_of(entry)), "")
