"""What a vendor's words can say about an element, in terms of ours."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.model import Assignment, Listener


@dataclass(frozen=True, slots=True)
class Terms:
    """Our terms; empty where the vendor says nothing. `kept` names the words that have no term of ours, with the reason."""

    form: str = ""
    decision: str = ""
    service: str = ""
    called: str = ""
    posts: tuple[str, ...] = ()
    assignee: str = ""
    candidates: str = ""
    priority: str = ""
    due: str = ""
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    script: tuple[Assignment, ...] = ()
    listeners: tuple[Listener, ...] = ()
    kept: tuple[str, ...] = ()
