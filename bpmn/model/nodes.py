"""The nodes: activities, gateways and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bpmn.model.parts import Assignment, EventDefinition, Extensions, Listener, MultiInstance, Timer
from bpmn.model.words import ActivityKind, GatewayKind, Position, Trigger


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything that a flow can touch. `name` is the drawn (Chinese) name, `names` has other languages by code."""

    id: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    scope: str | None = None
    documentation: str = ""
    listeners: tuple[Listener, ...] = ()
    extensions: Extensions = ()

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Activity(Node):
    """A box of the drawing.

    `form`, `decision` and `service` are keys of the form, decision table or registered service task that it uses.
    `four_eyes` names activities whose officer may not do this one; `skills` what the officer has to be able to do, `key` or
    `key:level`. While it waits with `stops_clock`, the statutory time limit of the case stands still (the taxpayer corrects papers).
    A call activity runs the version of `called` that was active when the drawing was deployed, with `calls_latest` the one that is
    active when the call begins. `posts` overrides those of the lane. `assignee` (a user),
    `candidates` (a list of users) and `priority` (a number) are FEEL; the posts decide who may do the work.
    A script that is no list of FEEL assignments is kept as it is written in `script_text`, its language in `script_format`.
    `loop_condition` is "" when the drawing says that the activity repeats, but not until when.
    `start_quantity` tokens are needed to begin it, `completion_quantity` leave on each flow; `instantiate` lets a message begin
    a case at this receive task. An ad-hoc subprocess does what is in it `in_turn` or at once, until `complete_when` (FEEL) holds or
    all is done; what still runs then is ended, or waited for where `cancel_remaining` is false.
    `guards` are legal tags that forbid changes: `statutory` (may not be dropped or automated), `ordered` (may not be moved).
    """

    kind: ActivityKind = ActivityKind.TASK
    form: str | None = None
    decision: str | None = None
    service: str | None = None
    script: tuple[Assignment, ...] = ()
    script_text: str | None = None
    script_format: str | None = None
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    message: str | None = None
    correlation: str | None = None
    called: str | None = None
    calls_latest: bool = False
    posts: tuple[str, ...] = ()
    assignee: str | None = None
    candidates: str | None = None
    priority: str | None = None
    four_eyes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    stops_clock: bool = False
    guards: frozenset[str] = frozenset()
    due: Timer | None = None
    multi_instance: MultiInstance | None = None
    loop_condition: str | None = None
    default: str | None = None
    for_compensation: bool = False
    triggered_by_event: bool = False
    ad_hoc: bool = False
    in_turn: bool = False
    complete_when: str | None = None
    cancel_remaining: bool = True
    start_quantity: int = 1
    completion_quantity: int = 1
    instantiate: bool = False
    transaction: bool = False


@dataclass(frozen=True, kw_only=True)
class Gateway(Node):
    """A diamond. `activation` is the FEEL condition with which a complex gateway goes on; it sees `activationCount`."""

    kind: GatewayKind = GatewayKind.EXCLUSIVE
    default: str | None = None
    activation: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventNode(Node):
    """A circle of the drawing. `message`, `signal`, `code` (error, escalation) and `link` are names, not ids.

    An event with several `definitions` (its trigger is `multiple`) is caught when one of them came, or with `all_of` when all did.
    `compensates` names the activity that a compensation is thrown for (None: all), which is waited for unless `waits` is false;
    `handler` is the activity that makes undone what the compensation event sits on. `form` is the form with which a person
    starts a case.
    """

    position: Position
    trigger: Trigger = Trigger.NONE
    timer: Timer | None = None
    message: str | None = None
    correlation: str | None = None
    signal: str | None = None
    code: str | None = None
    link: str | None = None
    condition: str | None = None
    compensates: str | None = None
    waits: bool = True
    handler: str | None = None
    definitions: tuple[EventDefinition, ...] = ()
    all_of: bool = False
    attached_to: str | None = None
    form: str | None = None
    interrupting: bool = True
    stops_clock: bool = False


AnyNode: TypeAlias = Activity | Gateway | EventNode
