"""Runs the program of a regular expression over a text.

Backtracking with a memory of the (step, position) pairs that failed, so that each is tried once: time grows with text times
pattern (after the bit-state matcher of R. Cox, "Regular Expression Matching: the Virtual Machine Approach"). Programs with
back-references cannot remember; there only the budget of the run ends an explosion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bpmn.feel.regex.program import Do, Program
from bpmn.feel.running import Run

Match: TypeAlias = tuple[
    int, ...
]  # start, end, start of group 1, end of group 1, …; -1 where a group has no part in it
_STEPS_A_CHARGE = 256


def find(run: Run, program: Program, text: str) -> Iterator[Match]:
    """All matches from left to right that do not overlap."""
    failed: set[int] = set()
    at = 0
    while at <= len(text):
        match = _match_at(run, program, text, at, failed)
        if match is None:
            at += 1
            continue
        yield match
        failed = set()
        at = match[1] if match[1] > match[0] else at + 1


def _match_at(run: Run, program: Program, text: str, start: int, failed: set[int]) -> Match | None:
    steps, width, remembers = program.steps, len(text) + 1, program.remembers
    todo: list[tuple[int, int, Match]] = [(0, start, (start, start) + (-1,) * (2 * program.groups))]
    count = 0
    while todo:
        pc, at, groups = todo.pop()
        while True:
            count += 1
            if not count % _STEPS_A_CHARGE or remembers:
                run.charge(3 if remembers else 2 * _STEPS_A_CHARGE)
            key = pc * width + at
            if not remembers:
                if key in failed:
                    break
                failed.add(key)
            do, one, other = steps[pc]
            if do is Do.ONE:
                if at + 1 >= width or not one(text[at]):
                    break
                pc, at = pc + 1, at + 1
            elif do is Do.SPLIT:
                todo.append((other, at, groups))
                pc = one
            elif do is Do.MATCH:
                run.charge(count % _STEPS_A_CHARGE)
                return (start, at, *groups[2:])
            else:
                advanced = _special(program, text, pc, at, groups)
                if advanced is None:
                    break
                pc, at, groups = advanced
    run.charge(count % _STEPS_A_CHARGE)
    return None


def _special(program: Program, text: str, pc: int, at: int, groups: Match) -> tuple[int, int, Match] | None:
    """The rarer steps; None where the text does not go on as the step demands."""
    do, one, _ = program.steps[pc]
    if do is Do.JUMP:
        return one, at, groups
    if do is Do.SAVE:
        return pc + 1, at, (*groups[:one], at, *groups[one + 1 :])
    if do is Do.REFERENCE:
        said = text[groups[2 * one] : groups[2 * one + 1]] if groups[2 * one + 1] >= 0 else ""
        here = text[at : at + len(said)]
        same = here == said or (program.any_case and here.casefold() == said.casefold())
        return (pc + 1, at + len(said), groups) if same else None
    if do is Do.START:
        there = at == 0 or (program.whole_lines and text[at - 1] == "\n")
    else:
        there = at == len(text) or (program.whole_lines and text[at] == "\n")
    return (pc + 1, at, groups) if there else None
