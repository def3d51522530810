"""From the names of messages, signals, errors and escalations to the ids that a file wants."""

from __future__ import annotations

from collections.abc import Iterable

from bpmn import kept, vendors
from bpmn.kept import Entry
from bpmn.references import attributes_for, declared, id_for
from bpmn.vocabulary import EVENT_DEFINITIONS, OURS
from bpmn.writing.tag import Tag


class Names:
    """Declarations that the file keeps, and those that have to be made for names that it does not."""

    def __init__(self, raw: Iterable[Entry]) -> None:
        self._declared = declared(raw)
        self._made: dict[tuple[str, str], None] = {}
        self._correlated = _correlated(raw)
        self._definitions = _definitions(raw)
        self._made_definitions: dict[str, Tag] = {}

    def id(self, kind: str, name: str | None) -> str | None:
        if not name:
            return None
        if (kind, name) in self._declared:
            return self._declared[kind, name]
        self._made[kind, name] = None
        return id_for(kind, name)

    def correlate(self, tag: Tag, correlation: str | None, kind: str, name: str | None) -> None:
        """Our correlation; an empty one where only the message's declaration still has another."""
        if correlation or (kind == "message" and name and self._declared.get((kind, name)) in self._correlated):
            tag.attributes[f"{{{OURS}}}correlation"] = correlation or ""

    def definition(self, tag: Tag) -> str:
        """The id of an event definition that stands directly in the file; it is put there where the file does not keep it."""
        if not tag.attributes.get("id"):
            tag.attributes["id"] = f"{tag.name.removeprefix('bpmn:')}_{len(self._made_definitions) + 1}"
        id = tag.attributes["id"]
        if id not in self._definitions:
            self._made_definitions[id] = tag
        return id

    def declarations(self) -> list[Tag]:
        """The declarations to be made, in the order of their ids."""
        made = sorted(self._made, key=lambda pair: (pair[0], id_for(*pair)))
        return [
            *(Tag(f"bpmn:{kind}", attributes_for(kind, name)) for kind, name in made),
            *(self._made_definitions[id] for id in sorted(self._made_definitions)),
        ]


def _definitions(raw: Iterable[Entry]) -> set[str]:
    """Ids of the event definitions that the file keeps."""
    kept_there = [kept.parse(entry) for entry in raw if kept.tag_of(entry) in EVENT_DEFINITIONS]
    return {definition.get("id") for definition in kept_there}


def _correlated(raw: Iterable[Entry]) -> set[str]:
    """Ids of the declared messages that carry a correlation of Camunda 8."""
    messages = [kept.parse(entry) for entry in raw if "correlationKey" in entry and kept.tag_of(entry) == "message"]
    return {message.get("id") for message in messages if vendors.correlation(message)}
