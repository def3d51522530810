"""The regular expressions of XPath, which FEEL uses, in time linear in text times pattern: no pattern can hang."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.feel.errors import TooExpensive
from bpmn.feel.regex.matching import Match, find
from bpmn.feel.regex.program import Program, compile
from bpmn.feel.running import LONGEST_STRING, Run
from bpmn.feel.values import Undefined

__all__ = ["Match", "Program", "compile", "find", "replace", "split"]


def replace(run: Run, program: Program, text: str, replacement: str) -> str:
    """The text with every match replaced; `$1` stands for the first group, `$0` for the match, `\\$` for a dollar."""
    pieces = _pieces(replacement, program.groups) if not program.literal else [replacement]
    made: list[str] = []
    end = size = 0
    for match in find(run, program, text):
        if match[0] == match[1]:
            raise Undefined("A pattern that matches nothing at all cannot be replaced.")
        parts = [text[end : match[0]], *(p if isinstance(p, str) else _group(text, match, p) for p in pieces)]
        size += sum(map(len, parts))
        if size > LONGEST_STRING:
            raise TooExpensive(f"The replacement makes a text of more than {LONGEST_STRING} characters.")
        made += parts
        run.charge(len(parts))
        end = match[1]
    return "".join([*made, text[end:]])


def split(run: Run, program: Program, text: str) -> list[str]:
    """The parts of the text between the matches."""
    parts, end = [], 0
    for match in find(run, program, text):
        if match[0] == match[1]:
            raise Undefined("A pattern that matches nothing at all cannot divide a text.")
        parts.append(text[end : match[0]])
        end = match[1]
    return [*parts, text[end:]]


def _group(text: str, match: Match, number: int) -> str:
    start, end = match[2 * number], match[2 * number + 1]
    return text[start:end] if start >= 0 and end >= 0 else ""


def _pieces(replacement: str, groups: int) -> list[str | int]:
    """Texts and numbers of groups, in turn; neighbouring characters are joined."""
    pieces: list[str | int] = []
    for piece in _read_pieces(replacement, groups):
        if pieces and isinstance(piece, str) and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _read_pieces(replacement: str, groups: int) -> Iterator[str | int]:
    at = 0
    while at < len(replacement):
        sign, after = replacement[at], replacement[at + 1 : at + 2]
        if sign == "\\":
            if after not in ("\\", "$") or not after:
                raise Undefined("In a replacement, a backslash stands only before $ or another backslash.")
            yield after
            at += 2
        elif sign == "$":
            if not ("0" <= after <= "9"):
                raise Undefined("In a replacement, $ stands before the number of a group; write \\$ for a dollar.")
            number, at = _group_number(replacement, at + 1, groups)
            if number <= groups:
                yield number
        else:
            yield sign
            at += 1


def _group_number(replacement: str, at: int, groups: int) -> tuple[int, int]:
    """The longest number that a group has; `$12` with two groups is group 1 and the digit 2."""
    number, at = int(replacement[at]), at + 1
    while replacement[at : at + 1].isascii() and replacement[at : at + 1].isdigit():
        longer = number * 10 + int(replacement[at])
        if longer > groups:
            break
        number, at = longer, at + 1
    return number, at
