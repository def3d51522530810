"""Namespaces as the standard writes them, whatever spelling a tool has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from bpmn.kept import Element, is_bpmn, local
from bpmn.model import Repair
from bpmn.vocabulary import BPMN, BPMNDI, DC, DI, PREFIXES
from bpmn.xml_text import split_clark

_STANDARD: Final = (BPMN, BPMNDI, DC, DI)
_SPEAKS_OF_BPMN: Final = re.compile(r"bpmn", re.IGNORECASE)
_QUALIFIED: Final = etree.XPath(
    "//*[@b:* or @x:* or @c:* or @d:*]", namespaces={"b": BPMN, "x": BPMNDI, "c": DC, "d": DI}
)
_FOREIGN_BOXES: Final = frozenset({"extensionElements", "script", "text", "documentation"})
_UNDECLARED: Final = re.compile(r"Namespace prefix ([\w.-]+) (?:for [\w.-]+ )?on")
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?definitions\b")


def declared(xml: bytes, complaint: str) -> tuple[bytes, Repair] | None:
    """The file with the well-known prefix declared that its parser misses; None where nobody knows what it stands for."""
    found = _UNDECLARED.search(complaint)
    namespace = next((uri for uri, prefix in PREFIXES.items() if found and prefix == found[1]), None)
    root = _ROOT.search(xml)
    if found is None or namespace is None or root is None:
        return None
    there = f' xmlns:{found[1]}="{namespace}"'.encode()
    message = f"The prefix {found[1]!r} is not declared; it is taken as that of {namespace}."
    return xml[: root.end()] + there + xml[root.end() :], Repair("undeclared_prefix", "definitions", message)


def respell(root: Element) -> Iterator[Repair]:
    """Put every element and attribute of the standard into the namespace of the standard, in place."""
    yield from _renamed(root)
    yield from _without_namespace(root)
    yield from _qualified_attributes(root)


def _renamed(root: Element) -> Iterator[Repair]:
    """Drafts and misspellings: the root's own namespace if it speaks of BPMN, and those that differ in case or scheme."""
    used = {split_clark(tag)[0] for tag in {element.tag for element in root.iter(etree.Element)}} - {"", *_STANDARD}
    spelled = {_spelling(uri): uri for uri in _STANDARD}
    new = {uri: spelled[_spelling(uri)] for uri in used if _spelling(uri) in spelled}
    own = etree.QName(root).namespace
    if own in used and local(root) == "definitions" and _SPEAKS_OF_BPMN.search(own):
        new[own] = BPMN
    for element in root.iter(etree.Element) if new else ():
        name = etree.QName(element)
        if name.namespace in new:
            element.tag = f"{{{new[name.namespace]}}}{name.localname}"
    for uri in sorted(new):
        message = f"The namespace {uri} is read as {new[uri]}, which BPMN 2.0 has."
        yield Repair("other_namespace", "definitions", message)


def _spelling(namespace: str) -> str:
    return namespace.lower().replace("https:", "http:").rstrip("/")


def _without_namespace(root: Element) -> Iterator[Repair]:
    """Elements that forgot their namespace, where they stand in an element of BPMN."""
    if root.tag == "definitions" and any(local(child) in ("process", "collaboration") for child in root):
        root.tag = f"{{{BPMN}}}definitions"
        yield Repair("no_namespace", "definitions", "The file names no namespace; it is read as BPMN 2.0.")
    if not is_bpmn(root) or next(root.iter("{}*"), None) is None:
        return
    count = 0
    for element in root.iter(etree.Element):
        parent = element.getparent()
        if "}" not in element.tag and is_bpmn(parent) and local(parent) not in _FOREIGN_BOXES:
            element.tag = f"{{{BPMN}}}{element.tag}"
            count += 1
    if count:
        message = f"{count} elements have no namespace; they are read as elements of BPMN 2.0."
        yield Repair("no_namespace", "definitions", message)


def _qualified_attributes(root: Element) -> Iterator[Repair]:
    """`bpmn:id` is `id`: the attributes of the standard have no prefix."""
    count = 0
    found: Any = _QUALIFIED(root)
    for element in found:
        for name in [n for n in element.attrib if n[0] == "{" and n[1:].startswith(_STANDARD)]:
            plain = etree.QName(name).localname
            if plain not in element.attrib:
                element.set(plain, element.attrib.pop(name))
                count += 1
    if count:
        message = f"{count} attributes have a prefix of BPMN; they are read without it, as the standard has them."
        yield Repair("qualified_attribute", "definitions", message)
