"""Reading the reference models of the BPMN interchange group, against SpiffWorkflow's own parser with its schema check.

Two ratios of one run, in processor time: on the files that both can process, and on all files against the schema check alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator

from bpmn.reading import read_bpmn

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[1].parent / "shared"))
REPEATS = 5


def parse_with_spiffworkflow(xml: bytes) -> None:
    """Every process of the file as a specification, after the schema check."""
    parser = BpmnParser(validator=BpmnValidator())
    parser.add_bpmn_str(xml)
    parser.find_all_specs()


def check_schema(xml: bytes) -> None:
    BpmnValidator().validate(etree.fromstring(xml))


def can(work: Callable[[bytes], object], xml: bytes) -> bool:
    try:
        work(xml)
    except Exception:  # noqa: BLE001 (whatever a peer raises, it means that it cannot)
        return False
    return True


def seconds(work: Callable[[bytes], object], files: list[bytes]) -> float:
    """The least processor time of a few runs over all files."""
    runs = []
    for _ in range(REPEATS):
        before = time.process_time()
        for xml in files:
            work(xml)
        runs.append(time.process_time() - before)
    return min(runs)


def main() -> None:
    paths = sorted((SHARED / "data" / "models" / "bpmn-miwg-reference").glob("*.bpmn"))
    if not paths:
        raise SystemExit(f"The reference models are not at {SHARED}; QIANGJI_SHARED names another place.")
    files = [path.read_bytes() for path in paths]
    both = [xml for xml in files if can(parse_with_spiffworkflow, xml) and can(read_bpmn, xml)]
    valid = [xml for xml in files if can(check_schema, xml)]
    print(f"files: {len(files)}; read here {sum(can(read_bpmn, xml) for xml in files)}, by SpiffWorkflow {len(both)}")
    ours, theirs = seconds(read_bpmn, both), seconds(parse_with_spiffworkflow, both)
    print(
        f"files that both read: {ours * 1000:.1f} ms here, {theirs * 1000:.1f} ms there: {theirs / ours:.1f} times as fast"
    )
    ours, theirs = seconds(read_bpmn, valid), seconds(check_schema, valid)
    print(
        f"{len(valid)} valid files: read in {ours * 1000:.1f} ms, only checked there in {theirs * 1000:.1f} ms: "
        f"{theirs / ours:.1f} times as fast"
    )


if __name__ == "__main__":
    main()
