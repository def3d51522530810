"""Models that other people drew, read from the shared folder: `python -m tests.bpmn.corpora` says what each of them needed."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from lxml import etree

from bpmn.layout import lay_out
from bpmn.model import Layout, ProcessModel
from bpmn.reading import read_bpmn
from bpmn.reading.parsing import parse_definitions
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from tests.bpmn.inventory import lost

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[2].parent / "shared"))
PROCEDURES = Path(__file__).parents[2] / "bpmn" / "procedures"


def corpus() -> list[Path]:
    """Every BPMN file of the shared models, fixtures and peers' tests."""
    roots = [SHARED / "data" / "models", SHARED / "data" / "fixtures", SHARED / "peers" / "betsy"]
    files = [path for root in roots for path in root.rglob("*") if path.suffix in (".bpmn", ".xml")]
    return sorted(path for path in files if "/dmn/" not in path.as_posix())


def reference_models() -> list[Path]:
    return sorted((SHARED / "data" / "models" / "bpmn-miwg-reference").glob("*.bpmn"))


needs_corpora = pytest.mark.skipif(not reference_models(), reason=f"the shared models are not at {SHARED}")


@dataclass(frozen=True)
class Finding:
    """How one file fared; `rules` counts the repairs by rule."""

    path: Path
    nodes: int
    same: bool
    lost: int
    laid_out: bool
    rules: Counter[str]

    @property
    def well(self) -> bool:
        return self.same and not self.lost and self.laid_out

    def __str__(self) -> str:
        said = [f"{self.nodes:4} nodes", "read back" if self.same else "NOT THE SAME"]
        said += ["nothing lost" if not self.lost else f"{self.lost} FACTS LOST"]
        said += ["laid out" if self.laid_out else "NOT LAID OUT"]
        rules = ", ".join(f"{rule} ×{count}" for rule, count in sorted(self.rules.items()))
        return f"{self.path.parent.name}/{self.path.name}: {', '.join(said)}; repairs: {rules or 'none'}"


def examine(path: Path) -> Finding:
    """Read, write, read again, compare, repair and lay out one file."""
    xml = path.read_bytes()
    model = read_bpmn(xml)
    written = write_bpmn(model)
    return Finding(
        path,
        len(model.nodes),
        read_bpmn(written) == model and write_bpmn(read_bpmn(written)) == written,
        sum(lost_facts(xml, written).values()),
        _lays_out(repair(model).model),
        Counter(each.rule for each in repair(model).repairs),
    )


def lost_facts(xml: bytes | str, written: bytes) -> dict[tuple[str, ...], int]:
    """What the file says and the written one does not; of a file that had to be mended, what the mended one says."""
    root, mended = parse_definitions(xml)
    before = root if mended or isinstance(xml, str) else etree.fromstring(xml.lstrip())
    return lost(before, etree.fromstring(written))


def _lays_out(model: ProcessModel) -> bool:
    placed = lay_out(replace(model, layout=Layout()))
    drawn = {node.id for node in placed.nodes} <= placed.layout.shapes.keys()
    return drawn and read_bpmn(write_bpmn(placed)) == placed


def main() -> None:
    found = [examine(path) for path in corpus()]
    for each in found:
        print(each)
    rules = sum((each.rules for each in found), Counter[str]())
    print(f"\n{sum(each.well for each in found)} of {len(found)} files load, are read back whole and are laid out.")
    print("Repairs by rule: " + ", ".join(f"{rule} ×{count}" for rule, count in rules.most_common()))


if __name__ == "__main__":
    main()
