"""What an alignment is: the steps that log and model make together or alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Trace: TypeAlias = tuple[str, ...]


class Side(StrEnum):
    """Who makes a step."""

    BOTH = "both"
    LOG = "log"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Move:
    """One visible step of an alignment."""

    side: Side
    activity: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """The moves in order (silent steps of the model are left out) and how many of them are deviations."""

    cost: int
    moves: tuple[Move, ...]
