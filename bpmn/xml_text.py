"""XML as text that we write ourselves: the same content always has the same characters.

Canonical XML of libxml2 refuses files with relative namespace names, which tools do write; and it keeps the prefixes of
the file, so that equal content would differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from bpmn.errors import Unwritable
from bpmn.vocabulary import PREFIXES, XML

_QNAME = re.compile(r"\s*([A-Za-z_][\w.-]*):[A-Za-z_]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPECIAL = re.compile('[&<>"\x00-\x1f\ufffe\uffff\ud800-\udfff]')
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def prefix_for(namespace: str) -> str:
    """The prefix that this namespace always has with us."""
    if namespace == XML:
        return "xml"
    return PREFIXES.get(namespace) or "n" + hashlib.sha256(namespace.encode()).hexdigest()[:6]


@lru_cache(maxsize=4096)
def prefixed(clark: str) -> str:
    """`{namespace}name` as `prefix:name`."""
    namespace, name = split_clark(clark)
    return f"{prefix_for(namespace)}:{name}" if namespace else name


def split_clark(clark: str) -> tuple[str, str]:
    if not clark.startswith("{"):
        return "", clark
    namespace, _, name = clark[1:].partition("}")
    return namespace, name


def escaped(text: str) -> str:
    """Text between tags."""
    return _escape(text, _TEXT)


def quoted(value: str) -> str:
    """An attribute's value with its quotation marks."""
    return f'"{_escape(value, _VALUE)}"'


def _escape(text: str, table: Mapping[int, str]) -> str:
    if not _SPECIAL.search(text):
        return text
    wrong = _FORBIDDEN.search(text)
    if wrong:
        raise Unwritable(repr(text[:60]), f"XML has no character U+{ord(wrong[0]):04X}; remove it.")
    return text.translate(table)


def canonical(element: Any) -> str:
    """An lxml element as text that stands by itself, with our prefixes; comments and instructions as they are."""
    if not isinstance(element.tag, str):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    declarations = "".join(f" xmlns:{prefix}={quoted(uri)}" for prefix, uri in sorted(_namespaces(element).items()))
    return "".join(_pieces(element, declarations))


def _pieces(element: Any, declarations: str = "") -> Iterator[str]:
    tag = prefixed(element.tag)
    values = sorted((prefixed(str(name)), str(value)) for name, value in element.attrib.items())
    head = f"<{tag}{declarations}" + "".join(f" {name}={quoted(value)}" for name, value in values)
    if not len(element) and not element.text:
        yield f"{head}/>"
        return
    yield f"{head}>{escaped(element.text or '')}"
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        elif child.tag is not etree.Entity:
            yield etree.tostring(child, encoding="unicode", with_tail=False)
        yield escaped(child.tail or "")
    yield f"</{tag}>"


def _namespaces(element: Any) -> dict[str, str]:
    """Prefix → namespace of everything in the element, and of the prefixes that values use (`type="xsd:string"`)."""
    found: dict[str, str] = {}
    for part in element.iter(etree.Element):
        for name in (part.tag, *part.attrib):
            namespace, _ = split_clark(str(name))
            if namespace and namespace != XML:
                found[prefix_for(namespace)] = namespace
    for part in element.iter(etree.Element):
        for value in (*part.attrib.values(), part.text or ""):
            match = _QNAME.match(value) if ":" in value else None
            if match and match[1] in part.nsmap:
                found.setdefault(match[1], part.nsmap[match[1]])
    return found
