"""BPMN 2.0 files as process models: everything that is drawn is read, or kept, or named in `repairs`."""

from __future__ import annotations

from dataclasses import replace

from bpmn import kept
from bpmn.errors import UnreadableModel
from bpmn.kept import Element, Entry, is_bpmn, local
from bpmn.model import Definitions, Layout, ProcessModel
from bpmn.reading.diagram import read_layout
from bpmn.reading.parsing import parse_definitions
from bpmn.reading.part import Part
from bpmn.reading.process import read_process
from bpmn.reading.source import Source
from bpmn.references import is_made_anew, name_of
from bpmn.vocabulary import ACTIVITIES, BPMNDI, EVENTS, FEEL, GATEWAYS, OURS, PREFIXES, TARGET, rank_in_file

__all__ = ["read_all", "read_bpmn"]


def read_bpmn(xml: bytes | str, process: str | None = None) -> ProcessModel:
    """The process of a BPMN 2.0 file; raises UnreadableModel for whatever is no such file.

    Of several processes it is the one called `process`, else the only executable one, else the one with most nodes; the
    others are kept in `raw`, and `repairs` says so.
    """
    root, mended = parse_definitions(xml)
    source = Source(root, mended)
    processes = _processes(root)
    chosen = _choose(source, processes, process)
    model = read_process(source, Part(chosen))
    raw = _raw(source, root, model.key, [chosen], [model])
    layout = read_layout(source, root, plane_default(raw, model.key))
    return replace(model, raw=raw, layout=layout, repairs=tuple(source.repairs))


def read_all(xml: bytes | str) -> Definitions:
    """All processes of a file; each model has the layout of its own elements, the rest stays with the file."""
    root, mended = parse_definitions(xml)
    source = Source(root, mended)
    processes = _processes(root)
    models = [read_process(source, Part(process)) for process in processes]
    raw = _raw(source, root, models[0].key, processes, models)
    layout = read_layout(source, root, plane_default(raw, models[0].key))
    parts = tuple(replace(model, layout=part_of(layout, model)) for model in models)
    return Definitions(models=parts, layout=_without(layout, parts), raw=raw, repairs=tuple(source.repairs))


def plane_default(raw: tuple[Entry, ...], key: str) -> str:
    """The element whose plane a diagram is: the first collaboration, else the process."""
    for entry in raw:
        if kept.tag_of(entry) == "collaboration":
            return str(kept.parse(entry).get("id", key))
    return key


def part_of(layout: Layout, model: ProcessModel) -> Layout:
    """What the layout says of this model's own elements."""
    ids = {element.id for element in (*model.nodes, *model.flows, *model.lanes)}
    return _filtered(layout, ids, keep=True)


def _without(layout: Layout, models: tuple[ProcessModel, ...]) -> Layout:
    ids = {element.id for model in models for element in (*model.nodes, *model.flows, *model.lanes)}
    return replace(_filtered(layout, ids, keep=False), extensions=layout.extensions)


def _filtered(layout: Layout, ids: set[str], *, keep: bool) -> Layout:
    return Layout(
        {id: v for id, v in layout.shapes.items() if (id in ids) is keep},
        {id: v for id, v in layout.edges.items() if (id in ids) is keep},
        {id: v for id, v in layout.labels.items() if (id in ids) is keep},
        {id: v for id, v in layout.expanded.items() if (id in ids) is keep},
        {id: v for id, v in layout.horizontal.items() if (id in ids) is keep},
        {id: v for id, v in layout.styles.items() if (id in ids) is keep},
    )


def _processes(root: Element) -> list[Element]:
    found = [child for child in root if is_bpmn(child) and local(child) == "process"]
    if not found:
        raise UnreadableModel("The file has no <process>: there is nothing in it that could run.", line=root.sourceline)
    return found


def _choose(source: Source, processes: list[Element], wanted: str | None) -> Element:
    if wanted is not None:
        named = [process for process in processes if process.get("id") == wanted]
        if not named:
            keys = ", ".join(repr(process.get("id")) for process in processes)
            raise UnreadableModel(f"The file has no process {wanted!r}; it has {keys}.")
        return named[0]
    if len(processes) == 1:
        return processes[0]
    executable = [process for process in processes if process.get("isExecutable") in ("true", "1")]
    chosen = executable[0] if len(executable) == 1 else max(processes, key=_flows)
    key = chosen.get("id", "")
    others = ", ".join(str(process.get("id")) for process in processes if process is not chosen)
    message = f"The file has {len(processes)} processes; {key} is read, {others} kept as they are (`read_all` reads every one)."
    source.repaired("one_of_several", key, message)
    return chosen


def _flows(process: Element) -> int:
    """In all scopes: where a flow is drawn does not make its process larger."""
    return sum(1 for _ in process.iter("{*}sequenceFlow"))


def _raw(source: Source, root: Element, key: str, read: list[Element], models: list[ProcessModel]) -> tuple[Entry, ...]:
    """What the file has beside the processes that were read, as entries."""
    attributes = [kept.attribute(str(name), str(value)) for name, value in root.attrib.items()]
    entries = [entry for entry in attributes if entry not in _standard(key)]
    for child in root:
        if child in read or child.tag == f"{{{BPMNDI}}}BPMNDiagram" or _is_remade(source, child):
            continue
        _note_stray(source, child)
        entries.append(kept.verbatim(child))
    entries += _prefixes(root, models)
    return kept.in_order(entries, rank_in_file)


def _note_stray(source: Source, child: Element) -> None:
    if is_bpmn(child) and local(child) in (*ACTIVITIES, *GATEWAYS, *EVENTS, "sequenceFlow"):
        message = f"The <{local(child)}> in line {child.sourceline} stands outside of every process; it is kept without effect."
        source.repaired("outside_of_a_process", str(child.get("id", "")), message)


def _standard(key: str) -> tuple[Entry, ...]:
    """The attributes that writing puts on definitions by itself."""
    return (f"targetNamespace={TARGET}", f"expressionLanguage={FEEL}", f"id=Definitions_{key}")


def _is_remade(source: Source, child: Element) -> bool:
    return is_made_anew(child) and (local(child), name_of(child)) in source.used


def _prefixes(root: Element, models: list[ProcessModel]) -> list[Entry]:
    """Declarations of prefixes that kept attributes use in their values (`operationRef="tns:pay"`)."""
    holders = [x for m in models for x in (m, *m.nodes, *m.flows, *m.lanes)]
    values = [value for holder in holders for value in _values(holder.extensions)]
    values += [str(value) for value in root.attrib.values()]
    used = {value.partition(":")[0].strip() for value in values if ":" in value}
    return [
        f"xmlns:{prefix}={uri}"
        for prefix, uri in root.nsmap.items()
        if prefix in used and (PREFIXES.get(uri) != prefix or uri == OURS)
    ]


def _values(entries: tuple[Entry, ...]) -> list[str]:
    found = []
    for entry in entries:
        while (inner := kept.split_inside(entry)) is not None:
            entry = inner[1]
        pair = kept.split_attribute(entry)
        if pair:
            found.append(pair[1])
    return found
