"""Translates the tree of a regular expression into steps for the matcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, TypeAlias

from bpmn.feel.regex import reading as r
from bpmn.feel.regex.characters import any_case, one_of
from bpmn.feel.values import Undefined

LONGEST_PROGRAM = 5000


class Do(IntEnum):
    ONE = 0  # argument: the test of a character
    SPLIT = 1  # arguments: where to go first, where to go then
    JUMP = 2
    SAVE = 3  # argument: the slot of a group's edge
    START = 4
    END = 5
    REFERENCE = 6
    MATCH = 7


Step: TypeAlias = tuple[Do, Any, Any]


@dataclass(frozen=True, slots=True)
class Program:
    """`whole_lines`: ^ and $ match at lines. `remembers`: it has back-references, so that positions cannot be skipped."""

    steps: tuple[Step, ...]
    groups: int
    whole_lines: bool
    any_case: bool
    remembers: bool
    literal: bool


@lru_cache(maxsize=512)
def compile(pattern: str, flags: str) -> Program:
    """The program of a pattern; raises Undefined for what is no pattern or no flag (s, m, i, x, q)."""
    if not set(flags) <= set("smixq"):
        raise Undefined(f"There are no flags {flags[:20]}; use s, m, i, x or q.")
    reader = r.Reader("" if "q" in flags else pattern, flags)
    tree = _verbatim(pattern, "i" in flags) if "q" in flags else reader.whole()
    writer = _Writer()
    writer.write(tree)
    steps = (*writer.steps, (Do.MATCH, None, None))
    remembers = any(step[0] is Do.REFERENCE for step in steps)
    return Program(steps, reader.groups, "m" in flags, "i" in flags, remembers, "q" in flags)


def _verbatim(text: str, cased: bool) -> r.Tree:
    tests = [one_of(frozenset(sign)) for sign in text]
    return r.Sequence(tuple(r.One(any_case(t) if cased else t) for t in tests))


class _Writer:
    def __init__(self) -> None:
        self.steps: list[Step] = []

    def write(self, tree: r.Tree) -> None:
        _WRITERS[type(tree)](self, tree)

    def add(self, do: Do, one: Any = None, other: Any = None) -> int:
        if len(self.steps) >= LONGEST_PROGRAM:
            raise Undefined("The pattern repeats too much.")
        self.steps.append((do, one, other))
        return len(self.steps) - 1

    def one(self, tree: r.One) -> None:
        self.add(Do.ONE, tree.test)

    def sequence(self, tree: r.Sequence) -> None:
        for part in tree.parts:
            self.write(part)

    def choice(self, tree: r.Choice) -> None:
        jumps = []
        for branch in tree.branches[:-1]:
            split = self.add(Do.SPLIT)
            self.write(branch)
            jumps.append(self.add(Do.JUMP))
            self.steps[split] = (Do.SPLIT, split + 1, len(self.steps))
        self.write(tree.branches[-1])
        for jump in jumps:
            self.steps[jump] = (Do.JUMP, len(self.steps), None)

    def repeat(self, tree: r.Repeat) -> None:
        for _ in range(tree.least):
            self.write(tree.part)
        if tree.most is None:
            self._many(tree)
            return
        splits = []
        for _ in range(tree.most - tree.least):
            splits.append(self.add(Do.SPLIT))
            self.write(tree.part)
        for split in splits:
            self._aim(split, len(self.steps), tree.greedy)

    def _many(self, tree: r.Repeat) -> None:
        split = self.add(Do.SPLIT)
        self.write(tree.part)
        self.add(Do.JUMP, split)
        self._aim(split, len(self.steps), tree.greedy)

    def _aim(self, split: int, after: int, greedy: bool) -> None:
        self.steps[split] = (Do.SPLIT, split + 1, after) if greedy else (Do.SPLIT, after, split + 1)

    def group(self, tree: r.Group) -> None:
        self.add(Do.SAVE, 2 * tree.number)
        self.write(tree.part)
        self.add(Do.SAVE, 2 * tree.number + 1)

    def reference(self, tree: r.Reference) -> None:
        self.add(Do.REFERENCE, tree.number)

    def edge(self, tree: r.Edge) -> None:
        self.add(Do.END if tree.end else Do.START)


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    r.One: _Writer.one,
    r.Sequence: _Writer.sequence,
    r.Choice: _Writer.choice,
    r.Repeat: _Writer.repeat,
    r.Group: _Writer.group,
    r.Reference: _Writer.reference,
    r.Edge: _Writer.edge,
}
