"""Tasks that stand beside the processes of a file, for call activities to call: each is a process of one activity."""

from __future__ import annotations

import copy

from lxml import etree

from bpmn.kept import Element, is_bpmn, local
from bpmn.model import ProcessModel
from bpmn.reading.nodes import read_node
from bpmn.reading.parsing import parse_definitions
from bpmn.reading.part import Part
from bpmn.reading.source import Source
from bpmn.vocabulary import BPMN

TASKS = {
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}


def read_global_tasks(xml: bytes | str) -> tuple[ProcessModel, ...]:
    """The global tasks of a file by their ids as keys; raises UnreadableModel. (`read_bpmn` keeps them in `raw`.)"""
    root, _ = parse_definitions(xml)
    source = Source(root)
    found = [child for child in root if is_bpmn(child) and local(child) in TASKS and child.get("id")]
    return tuple(_process(source, task) for task in found)


def _process(source: Source, task: Element) -> ProcessModel:
    activity: Element = etree.Element(f"{{{BPMN}}}{TASKS[local(task)]}", dict(task.attrib))
    activity.extend(copy.deepcopy(child) for child in task)
    node = read_node(source, Part(activity), None)
    return ProcessModel(key=node.id, name=node.name, names=node.names, nodes=(node,))
