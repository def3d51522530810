"""What mining says of itself: every public function what it gives, every subject that estimates where its method comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dev

MINING = Path(dev.__file__).resolve().parent / "mining"
ESTIMATES = re.compile(r"from scipy import .*\b(?:stats|optimize)\b|\bsklearn\b|default_rng")
SOURCE = re.compile(r"\b[A-Z]\w+[^.]*?\b(?:1[89]|20)\d\d\b")  # a name and a year
FEWEST = 3  # words of a docstring that are neither in the name nor small
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "what",
        "which",
        "with",
    ]
)


@cache
def modules() -> dict[str, ast.Module]:
    return {f.relative_to(MINING).as_posix(): ast.parse(f.read_text("utf-8")) for f in sorted(MINING.rglob("*.py"))}


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _says(name: str, text: str) -> set[str]:
    """The words that tell more than the name does: of the name's own words no form counts."""
    own = {word[:4] for word in name.split("_")}
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", text)}
    return {word for word in words if word not in SMALL and word[:4] not in own}


def test_an_empty_phrase_is_seen_through() -> None:
    assert _says("track_record", "The track record.") == set()
    assert len(_says("track_record", "How many judged trials kept their promise")) >= FEWEST


def test_every_public_function_of_mining_says_what_it_gives() -> None:
    silent = [
        f"mining/{file}:{function.lineno} {function.name}"
        for file, tree in modules().items()
        for function in _public(tree)
        if len(_says(function.name, ast.get_docstring(function) or "")) < FEWEST
    ]
    assert silent == []


def _told(tree: ast.Module, text: str) -> list[str]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    return [ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, kinds)] + re.findall(r"#(.*)", text)


def test_every_subject_that_estimates_names_its_source() -> None:
    estimating, sourced = set(), set()
    for file, tree in modules().items():
        subject, text = file.split("/")[0], (MINING / file).read_text("utf-8")
        if ESTIMATES.search(text):
            estimating.add(subject)
        if any(SOURCE.search(each) for each in _told(tree, text)):
            sourced.add(subject)
    assert len(estimating) > 8
    assert sorted(estimating - sourced) == []
