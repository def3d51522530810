"""The file around a process: declarations by id, and what had to be repaired on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bpmn import vendors
from bpmn.kept import Element, is_bpmn, local
from bpmn.model import Flow, Repair
from bpmn.reading.part import Part, unprefixed
from bpmn.references import CODES, id_for, name_of
from bpmn.vocabulary import BPMN, EVENT_DEFINITIONS

_NAMED = 5


class Source:
    """What reading one process needs to know of the rest of the file."""

    def __init__(self, root: Element, mended: Iterable[Repair] = ()) -> None:
        self.root = root
        self.repairs: list[Repair] = list(mended)
        self.used: set[tuple[str, str]] = set()  # declarations that a model refers to by name
        self._declarations = {c.get("id"): c for c in root if is_bpmn(c) and local(c) in CODES and c.get("id")}
        self._event_definitions = {c.get("id"): c for c in root if is_bpmn(c) and local(c) in EVENT_DEFINITIONS}
        self._associations = list(root.iter(f"{{{BPMN}}}association"))
        self._ids = {str(element.get("id")) for element in root.iter() if isinstance(element.tag, str)}
        self._numbers: Counter[str] = Counter()
        self._listed: dict[str, dict[str, list[str]]] = {}  # node → incoming, outgoing → flows, as the node says

    def repaired(self, rule: str, element: str, message: str) -> None:
        self.repairs.append(Repair(rule, element, message))

    def keeps(self, element: str, words: Iterable[str]) -> None:
        """Name the words of a vendor that have no term of ours."""
        listed = ", ".join(words)
        if listed:
            self.repaired(
                "kept_words", element, f"{element} has words without a meaning here, which are kept: {listed}."
            )

    def name(self, kind: str, reference: str | None, element: str) -> str | None:
        """The name of the message, signal, error or escalation that is referred to."""
        if not reference:
            return None
        declaration = self._declarations.get(reference)
        if declaration is None or local(declaration) != kind:
            message = (
                f"{element} refers to the {kind} {reference!r}, which the file does not declare; it is taken as a name."
            )
            self.repaired("undeclared_reference", element, message)
            return reference
        name = name_of(declaration)
        if declaration.get("id") == id_for(kind, name):
            self.used.add((kind, name))
        return name

    def local_name(self, name: str | None) -> str | None:
        """A qualified name of the file's own target namespace without its prefix; those of other files keep it."""
        prefix, colon, rest = (name or "").partition(":")
        own = self.root.get("targetNamespace")
        return rest if colon and own and self.root.nsmap.get(prefix) == own else name

    def correlation(self, reference: str | None) -> str | None:
        declaration = self._declarations.get(reference)
        return None if declaration is None else vendors.correlation(declaration)

    def event_definition(self, reference: str) -> Element | None:
        return self._event_definitions.get(reference)

    def associated(self, id: str) -> str | None:
        """What a drawn association leads to from this element, or comes from where it is drawn the other way round."""
        for association in self._associations:
            ends = [unprefixed(association.get(end, "")) for end in ("sourceRef", "targetRef")]
            if id in ends:
                return ends[1 - ends.index(id)] or None
        return None

    def new_id(self, tag: str) -> str:
        """An id for an element that has none; the same file gets the same ids."""
        while True:
            self._numbers[tag] += 1
            id = f"{tag}_{self._numbers[tag]}"
            if id not in self._ids:
                self._ids.add(id)
                self.repaired("missing_id", id, f"A <{tag}> has no id; it is called {id!r} now.")
                return id

    def list_flows(self, node: str, references: list[Part]) -> None:
        """What a node says of the flows that touch it."""
        listed = self._listed.setdefault(node, {"incoming": [], "outgoing": []})
        for reference in references:
            listed[reference.tag].append(unprefixed(reference.text()))

    def compare_flows(self, flows: list[Flow]) -> None:
        """Nodes that list other flows than those which touch them: the flows are right. A file may leave the lists out."""
        if not any(listed["incoming"] or listed["outgoing"] for listed in self._listed.values()):
            return
        drawn: dict[str, dict[str, list[str]]] = {node: {"incoming": [], "outgoing": []} for node in self._listed}
        for flow in flows:
            drawn.get(flow.source, {}).setdefault("outgoing", []).append(flow.id)
            drawn.get(flow.target, {}).setdefault("incoming", []).append(flow.id)
        disagree = {
            (node, kind): sorted(wrong)
            for node, listed in self._listed.items()
            for kind in ("incoming", "outgoing")
            if (wrong := set(listed[kind]) ^ set(drawn[node][kind]))
        }
        if disagree:
            self.repaired("flow_not_listed", next(iter(disagree))[0], _disagreement(disagree))


def _disagreement(disagree: Mapping[tuple[str, str], list[str]]) -> str:
    """One sentence for a whole file: whoever writes such lists wrongly hardly ever does so once."""
    (node, kind), flows = next(iter(disagree.items()))
    first = f"{node} and the flow {', '.join(flows)} disagree whether it is {kind}"
    others = dict.fromkeys(other for other, _ in disagree if other != node)
    if not others:
        return f"{first}."
    named = ", ".join([*others][:_NAMED]) + (f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else "")
    return f"{first}; so do {named} with theirs."
