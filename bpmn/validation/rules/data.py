"""Data: objects, stores and their associations, inputs and outputs, notes and groups."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, AnyNode, EventNode, Position, Trigger
from bpmn.validation.rule import Breach, Search, advice, at
from bpmn.validation.sheet import TRUE, Kept, Sheet

_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
_ITEM_AWARE = (
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "dataStore",
    "property",
    "dataInput",
    "dataOutput",
)
_ARTIFACTS = ("textAnnotation", "group")
_SETS = {"inputSet": "dataInput", "outputSet": "dataOutput"}


def _lacks(tag: str, *children: str) -> Search:
    return lambda sheet: (at(k.id) for k in sheet.own(tag) if not any(k.texts(child) for child in children))


def _unset(tag: str) -> Search:
    return lambda sheet: (at(k.id) for k in sheet.own("ioSpecification") if not k.children(tag))


def _ends(association: Kept) -> tuple[str, ...]:
    return (*association.texts("sourceRef"), *association.texts("targetRef"))


def _unknown_ends(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.own(*_ASSOCIATIONS):
        for id in _ends(k):
            if id not in sheet.names:
                yield at(k.id, end=id)


def _ends_that_hold_nothing(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.own(*_ASSOCIATIONS):
        for id in _ends(k):
            if id in sheet.names and sheet.names[id] not in _ITEM_AWARE:
                yield at(k.id, end=id, tag=sheet.names[id])


def _many_sources(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.own(*_ASSOCIATIONS):
        if len(k.texts("sourceRef")) > 1 and not k.children("transformation"):
            yield at(k.id)


def _item(sheet: Sheet, id: str) -> str:
    """The type of the data behind an id: by way of the object that a reference is to."""
    found = sheet.file.get(id)
    if found is None:
        return ""
    behind = sheet.file.get(found.get("dataObjectRef") or found.get("dataStoreRef"))
    return found.get("itemSubjectRef") or (behind.get("itemSubjectRef") if behind is not None else "")


def _structure(sheet: Sheet, item: str) -> str:
    found = sheet.file.get(item)
    return (found.element.get("structureRef") or item) if found is not None else item


def _other_types(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.own(*_ASSOCIATIONS):
        plain = not k.children("transformation", "assignment")
        types = [_structure(sheet, item) for id in _ends(k) if (item := _item(sheet, id))]
        if plain and len(_ends(k)) == len(types) == 2 and types[0] != types[1]:
            yield at(k.id, one=types[0], other=types[1])


def _out_of_sight(sheet: Sheet) -> Iterator[Breach]:
    """Associations to a data object that stands in a subprocess beside the node."""
    for k in sheet.own(*_ASSOCIATIONS):
        if not sheet.model.has(k.holder):
            continue
        visible = (k.holder, *sheet.around(sheet.model.node(k.holder).scope))
        for id in _ends(k):
            holder = sheet.file[id].holder if id in sheet.file else sheet.model.key
            if holder and holder != sheet.model.key and holder not in visible:
                yield at(k.id, end=id)


def _events_with(tag: str, *positions: Position) -> Search:
    return lambda sheet: (at(e.id) for e in sheet.at_position(*positions) if sheet.kept_of(e.id, tag))


def _in_no_set(sheet: Sheet) -> Iterator[Breach]:
    for io in sheet.own("ioSpecification"):
        for set_tag, data_tag in _SETS.items():
            sets = io.children(set_tag)
            used = {id for s in sets for id in s.texts(f"{data_tag}Refs")}
            if sets:
                yield from (at(k.id, set=set_tag) for k in io.children(data_tag) if k.element.get("id") not in used)


def _sets(sheet: Sheet) -> Iterator[tuple[Kept, str, dict[str, str]]]:
    """(set, what it is a set of, id → name of what is beside it) of all input and output sets."""
    for k in sheet.own(*_SETS):
        around = k.parent()
        beside = around.children(*_SETS.values()) if around is not None else sheet.kept_of(k.holder, *_SETS.values())
        yield k, _SETS[k.tag], {str(d.element.get("id")): d.tag for d in beside}


def _set_of_others(sheet: Sheet) -> Iterator[Breach]:
    for k, data_tag, beside in _sets(sheet):
        for id in k.texts(f"{data_tag}Refs"):
            if beside.get(id) != data_tag:
                yield at(k.id, member=id)


def _not_in_own_set(sheet: Sheet) -> Iterator[Breach]:
    for k, data_tag, _ in _sets(sheet):
        kind = data_tag.removeprefix("data").lower()
        members = k.texts(f"{data_tag}Refs")
        for name in (f"optional{kind.capitalize()}Refs", f"while{'Executing'}{kind.capitalize()}Refs"):
            yield from (at(k.id, member=id, name=name) for id in k.texts(name) if id not in members)


def _one_sided_sets(sheet: Sheet) -> Iterator[Breach]:
    """Input and output sets that refer to one another, but only one to the other."""
    by_id = {k.element.get("id"): k for k in sheet.own(*_SETS)}
    for k in by_id.values():
        name, back = ("outputSetRefs", "inputSetRefs") if k.tag == "inputSet" else ("inputSetRefs", "outputSetRefs")
        for id in k.texts(name):
            if id not in by_id or k.element.get("id") not in by_id[id].texts(back):
                yield at(k.id, other=id)


def _collections(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.own("dataObject", "dataInput", "dataOutput"):
        item = sheet.file.get(k.get("itemSubjectRef"))
        said = k.element.get("isCollection", "false") in TRUE
        if item is not None and said != (item.element.get("isCollection", "false") in TRUE):
            yield at(k.id, item=item.id)


def _message_data(sheet: Sheet) -> Iterator[Breach]:
    """Events whose triggers carry data that the event does not name."""
    carrying = {Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION}
    for event in sheet.events:
        catching = event.position in (Position.START, Position.CATCH, Position.BOUNDARY)
        association, data = (
            ("dataOutputAssociation", "dataOutput") if catching else ("dataInputAssociation", "dataInput")
        )
        carries = carrying.intersection(sheet.triggers(event))
        if carries and sheet.kept_of(event.id, association) and not sheet.kept_of(event.id, data):
            yield at(event.id, data=data)


def _half_assignments(sheet: Sheet) -> Iterator[Breach]:
    return (at(k.id) for k in sheet.own("assignment") if not (k.children("from") and k.children("to")))


# --- notes and groups --------------------------------------------------------------------------------------------------


def _associations(sheet: Sheet) -> Iterator[tuple[Kept, str, str]]:
    return ((k, k.get("sourceRef"), k.get("targetRef")) for k in sheet.all("association"))


def _loose(sheet: Sheet) -> Iterator[Breach]:
    known = sheet.names.keys() | sheet.ends.keys() | {k.id for k in sheet.all("process")}
    for k, *ends in _associations(sheet):
        for id in ends:
            if id not in known:
                yield at(k.id, end=id or "nothing")


def _is_compensation(sheet: Sheet, id: str) -> bool:
    node: AnyNode | None = sheet.model.node(id) if sheet.model.has(id) else None
    if isinstance(node, EventNode):
        return node.position is Position.BOUNDARY and node.trigger is Trigger.COMPENSATE
    return isinstance(node, Activity) and node.for_compensation


def _between_nodes(sheet: Sheet) -> Iterator[Breach]:
    for k, source, target in _associations(sheet):
        nodes = sheet.model.has(source) and sheet.model.has(target)
        if nodes and not (_is_compensation(sheet, source) or _is_compensation(sheet, target)):
            yield at(k.id, source=source, target=target)


def _flows_at_artifacts(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.all("messageFlow"):
        for id in (k.get("sourceRef"), k.get("targetRef")):
            if sheet.names.get(id) in _ARTIFACTS:
                yield at(k.id, end=id)


DATA = (
    advice(
        "data_without_source",
        "The data association {element} comes from nowhere.",
        "Write its sourceRef.",
        lambda sheet: (
            at(k.id)
            for k in sheet.own("dataInputAssociation")
            if not k.texts("sourceRef") and not k.children("assignment", "transformation")
        ),
    ),
    advice(
        "data_without_target",
        "The data association {element} leads nowhere.",
        "Write its targetRef.",
        lambda sheet: (at(k.id) for k in sheet.own(*_ASSOCIATIONS) if not k.texts("targetRef")),
    ),
    advice(
        "data_end_unknown",
        "The data association {element} ends at {end!r}, which the file does not have.",
        "Lead it to a data object, store, input or output.",
        _unknown_ends,
    ),
    advice(
        "data_end_without_data",
        "The data association {element} ends at {end}, a {tag}, which holds no data.",
        "Lead it to a data object, store, input or output.",
        _ends_that_hold_nothing,
    ),
    advice(
        "data_from_many",
        "The data association {element} has several sources, but says not how one value comes of them.",
        "Write a transformation, or draw one association for each.",
        _many_sources,
    ),
    advice(
        "data_of_other_type",
        "The data association {element} leads from {one} to {other}.",
        "Give both ends one type, or write a transformation.",
        _other_types,
    ),
    advice(
        "data_out_of_sight",
        "The data association {element} reaches {end}, which stands inside another subprocess.",
        "Draw the data where both can see it.",
        _out_of_sight,
    ),
    advice(
        "data_into_catching_event",
        "{element} receives, and cannot be given data.",
        "Draw the association the other way round.",
        _events_with("dataInputAssociation", Position.START, Position.CATCH, Position.BOUNDARY),
    ),
    advice(
        "data_out_of_throwing_event",
        "{element} sends, and gives no data back.",
        "Draw the association the other way round.",
        _events_with("dataOutputAssociation", Position.THROW, Position.END),
    ),
    advice(
        "event_without_data",
        "Data is drawn at {element}, but the event has no {data} for what it carries.",
        "Write the {data} of the event.",
        _message_data,
    ),
    advice(
        "assignment_of_half",
        "An assignment of {element} lacks its `from` or its `to`.",
        "Write both.",
        _half_assignments,
    ),
    advice(
        "reference_to_no_data_object",
        "{element} stands for a data object, but says not for which.",
        "Write its dataObjectRef.",
        lambda sheet: (at(k.id) for k in sheet.own("dataObjectReference") if not k.get("dataObjectRef")),
    ),
    advice(
        "collection_of_one",
        "{element} and its type {item} disagree whether it is a collection.",
        "Set isCollection the same at both.",
        _collections,
    ),
    advice(
        "io_without_input_set",
        "The data specification of {element} has no inputSet.",
        "Write one, even an empty one.",
        _unset("inputSet"),
    ),
    advice(
        "io_without_output_set",
        "The data specification of {element} has no outputSet.",
        "Write one, even an empty one.",
        _unset("outputSet"),
    ),
    advice("data_in_no_set", "{element} is in no {set}.", "List it in one.", _in_no_set),
    advice(
        "set_of_others",
        "The set {element} lists {member!r}, which is no data of its own specification.",
        "List only inputs, or only outputs, of the same specification.",
        _set_of_others,
    ),
    advice(
        "optional_outside_of_set",
        "{name} of {element} lists {member!r}, which is not in the set itself.",
        "List it among the data of the set too.",
        _not_in_own_set,
    ),
    advice(
        "sets_of_one_side",
        "{element} refers to the set {other!r}, which does not refer back.",
        "Let both sets refer to each other.",
        _one_sided_sets,
    ),
    advice(
        "association_loose",
        "The association {element} ends at {end}, which the file does not have.",
        "Connect both of its ends, or delete it.",
        _loose,
    ),
    advice(
        "association_between_nodes",
        "The association {element} ties {source} and {target}, which only flows can connect.",
        "Draw a sequence flow, or tie a note or data object.",
        _between_nodes,
    ),
    advice(
        "message_to_artifact",
        "The message flow {element} ends at {end}, a note or group.",
        "Draw an association.",
        _flows_at_artifacts,
    ),
)
