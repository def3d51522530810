"""What a situation is: a drawing, and how far it was played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.model import ProcessModel


@dataclass(frozen=True)
class Situation:
    """A drawing, the variables at the start, and the places to complete until it stands where it is kept."""

    drawn: ProcessModel
    data: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    called: Mapping[str, ProcessModel] = field(default_factory=dict)
    down: bool = False  # the service fails while the case comes here, and works when it goes on
    repair: Mapping[str, Any] = field(default_factory=dict)  # what a person corrects before a stuck step is tried again
