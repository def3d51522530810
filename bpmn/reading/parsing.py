"""Bytes to an element tree, refusing whatever a model has no need of: document types, entities, foreign files."""

from __future__ import annotations

import re
from xml.parsers import expat

from lxml import etree

from bpmn.errors import UnreadableModel
from bpmn.kept import Element, local, squeeze
from bpmn.model import Repair
from bpmn.reading.mending import mend
from bpmn.reading.spelling import declared
from bpmn.vocabulary import BPMN

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_ENDED = [
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
]
_OLDEST = 32  # bytes that are shown of a file that is no XML at all


def parse_definitions(xml: bytes | str) -> tuple[Element, list[Repair]]:
    """The `definitions` element, mended and white space squeezed out, and what was mended; raises UnreadableModel with the line."""
    root, repairs = _with_prefixes(xml)
    repairs += mend(root)
    namespace = etree.QName(root).namespace
    if local(root) != "definitions" or namespace != BPMN:
        raise UnreadableModel(_not_bpmn(root, namespace), line=root.sourceline)
    squeeze(root)
    return root, repairs


def _with_prefixes(xml: bytes | str) -> tuple[Element, list[Repair]]:
    """The root, well-known prefixes declared where the file forgot to."""
    repairs: list[Repair] = []
    while True:
        try:
            return parse_safely(xml), repairs
        except UnreadableModel as error:
            content = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else xml
            mended = declared(content, str(error))
            if mended is None:
                raise
            xml = mended[0].decode("utf-8", "surrogatepass") if isinstance(xml, str) else mended[0]
            repairs.append(mended[1])


def parse_safely(xml: bytes | str) -> Element:
    """The root of any XML; raises UnreadableModel for a document type, entities or broken XML."""
    try:
        root = _parse(xml)
    except etree.XMLSyntaxError as error:
        line = _line_of_doctype(xml) or error.lineno or None
        raise UnreadableModel(_reason(xml, error), line=line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableModel(_DOCTYPE, line=_line_of_doctype(xml))
    return root


_DOCTYPE = "The file declares a document type (DOCTYPE). A model needs none, and entities could read files; remove it."


def _parse(xml: bytes | str) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8" if isinstance(xml, str) else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    return etree.fromstring(_content(xml), parser)


def _content(xml: bytes | str) -> bytes:
    """Blanks before the declaration, which XML forbids, say nothing."""
    return _DECLARATION.sub("", xml).encode("utf-8", "surrogatepass") if isinstance(xml, str) else xml.lstrip()


def _reason(xml: bytes | str, error: etree.XMLSyntaxError) -> str:
    if not xml.strip():
        return "The file is empty."
    if _line_of_doctype(xml):
        return _DOCTYPE
    start = xml.lstrip()[:_OLDEST]
    if isinstance(start, bytes) and start.startswith(b"PK"):
        return "This is a zip archive. Unpack it and read the .bpmn file in it."
    if _is_cut_off(_content(xml)):
        return f"The file is cut off: it ends before its XML is closed ({error.msg})."
    return f"This is no well-formed XML: {error.msg}."


def _is_cut_off(content: bytes) -> bool:
    """Is there nothing wrong with it but that it ends?"""
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as error:
        return error.code in _ENDED
    return False


def _line_of_doctype(xml: bytes | str) -> int | None:
    text = xml if isinstance(xml, str) else xml.decode("utf-8", "replace").replace("\0", "")
    position = text.find("<!DOCTYPE")
    return text.count("\n", 0, position) + 1 if position >= 0 else None


def _not_bpmn(root: Element, namespace: str | None) -> str:
    found = f"<{local(root)}> of the namespace {namespace!r}" if namespace else f"<{local(root)}> without a namespace"
    if local(root) == "definitions" and namespace and "DMN" in namespace:
        return "This is a decision model (DMN), not a process model. Read it with bpmn.decisions.read_dmn."
    return f"The file begins with {found}, but a BPMN 2.0 file begins with <definitions> of {BPMN!r}."
