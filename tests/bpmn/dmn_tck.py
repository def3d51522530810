"""Runs the public conformance tests of DMN and FEEL: `python -m tests.bpmn.dmn_tck [FOLDER] [--failures] [--suite NAME]`.

A case passes when the value is what the case expects; numbers may differ by one part in 10^8, since some cases were written with
binary fractions. A case that expects an error passes when the value is null.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from bpmn.decisions import DecisionModel, decide, read_dmn
from bpmn.errors import BpmnError
from bpmn.feel import temporal
from bpmn.feel.values import Undefined

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[3] / "shared"))
SUITES = SHARED / "peers" / "dmn-tck"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_CLOSE = Decimal("1e-8")
NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Result:
    suite: str
    case: str
    node: str
    passed: bool
    expected: Any
    found: Any


def local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    return (child for child in element if local(child) in names)


def child(element: Any, *names: str) -> Any:
    return next(children(element, *names), None)


def value(element: Any) -> Any:
    """The value of an input, an item, a component or an expectation."""
    if element is None or element.get(_NIL) in ("true", "1"):
        return None
    simple = child(element, "value")
    if simple is not None:
        return _simple(simple)
    many = child(element, "list")
    if many is not None:
        return None if many.get(_NIL) in ("true", "1") else [value(item) for item in children(many, "item")]
    components = list(children(element, "component"))
    return {part.get("name"): value(part) for part in components} if components else None


def _simple(element: Any) -> Any:
    if element.get(_NIL) in ("true", "1"):
        return None
    text = "".join(element.itertext())
    kind = element.get(_TYPE, "xsd:string").rpartition(":")[2]
    if kind in ("decimal", "double", "integer", "int", "long", "float"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return _READERS.get(kind, str)(text)


_READERS = {
    "date": lambda text: temporal.date_from(text.strip()),
    "time": lambda text: temporal.time_from(text.strip()),
    "dateTime": lambda text: temporal.date_and_time_from(text.strip()),
    "duration": lambda text: temporal.duration_from(text.strip()),
}


def same(expected: Any, found: Any) -> bool:
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= _CLOSE * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[k], found[k]) for k in expected)
    if isinstance(expected, dt.datetime | dt.time) and type(expected) is type(found):
        return temporal.time_text(expected) == temporal.time_text(found) and _day(expected) == _day(found)
    return type(expected) is type(found) and bool(expected == found)


def _day(at: dt.datetime | dt.time) -> dt.date | None:
    return at.date() if isinstance(at, dt.datetime) else None


def models(folder: Path) -> dict[str, DecisionModel]:
    """The models of a folder by file name; those that others import are read first."""
    waiting = {path.name: path.read_bytes() for path in sorted(folder.glob("*.dmn"))}
    read: dict[str, DecisionModel] = {}
    for _ in range(len(waiting) + 1):
        for name, xml in waiting.items():
            read[name] = read_dmn(xml, imports={m.namespace: m for m in read.values()}, lenient=True)
    return read


def run_case(suite: str, model: DecisionModel, case: Any) -> Iterator[Result]:
    inputs = {node.get("name"): _or_null(node) for node in children(case, "inputNode")}
    for node in children(case, "resultNode"):
        expected = _or_null(child(node, "expected"))
        name = case.get("invocableName") or node.get("name")
        try:
            found = _of_service(decide(model, inputs, name, now=NOW).value, node.get("name"), case)
        except BpmnError as error:
            found = None if expected is None else error
        yield Result(suite, case.get("id"), node.get("name"), same(expected, found), expected, found)


def _of_service(found: Any, node: str, case: Any) -> Any:
    """A service with several outputs gives them all in one context."""
    several = case.get("type") == "decisionService" and len(list(children(case, "resultNode"))) > 1
    return found[node] if several and isinstance(found, dict) else found


def _or_null(element: Any) -> Any:
    try:
        return value(element)
    except Undefined:
        return Undefined


def run_suite(folder: Path) -> list[Result]:
    read = models(folder)
    results: list[Result] = []
    for tests in sorted(folder.glob("*-test-*.xml")):
        root = etree.parse(str(tests)).getroot()
        model_name = child(root, "modelName").text.strip()
        for case in children(root, "testCase"):
            results += run_case(folder.name, read[model_name], case)
    return results


def run(folder: Path = SUITES, suite: str = "") -> list[Result]:
    """All results below a folder of suites."""
    found = sorted({path.parent for path in folder.rglob("*-test-*.xml") if suite in path.parent.name})
    return [result for path in found for result in run_suite(path)]


def report(results: list[Result], *, failures: bool) -> Iterator[str]:
    for suite in dict.fromkeys(r.suite for r in results):
        own = [r for r in results if r.suite == suite]
        yield f"{suite:45} {sum(r.passed for r in own):5} of {len(own):5}"
        for r in own if failures else ():
            if not r.passed:
                yield f"    {r.case} {r.node}: expected {r.expected!r}, found {r.found!r}"
    passed = sum(r.passed for r in results)
    yield f"{'all':45} {passed:5} of {len(results):5} = {100 * passed / max(1, len(results)):.2f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SUITES)
    parser.add_argument("--failures", action="store_true", help="show every case that fails")
    parser.add_argument("--suite", default="", help="only suites whose name contains this")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        sys.exit(f"There are no suites in {asked.folder}; name their folder, or set QIANGJI_SHARED.")
    print("\n".join(report(run(asked.folder, asked.suite), failures=asked.failures)))


if __name__ == "__main__":
    main()
