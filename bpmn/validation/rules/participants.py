"""Pools and what passes between them: message flows, participants, conversations and choreographies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpmn.model import Trigger
from bpmn.validation.rule import Breach, Search, advice, at
from bpmn.validation.sheet import End, Kept, Sheet
from bpmn.vocabulary import GATEWAYS

_EVENTS_THAT_SEND = ("intermediateThrowEvent", "endEvent")
_EVENTS_THAT_RECEIVE = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_CHOREOGRAPHIES = ("choreographyTask", "subChoreography", "callChoreography")
_CONVERSATIONS = ("conversation", "subConversation", "callConversation")


def _message_flows(sheet: Sheet) -> Iterator[tuple[Kept, End | None, End | None]]:
    for k in sheet.all("messageFlow"):
        yield k, sheet.ends.get(k.get("sourceRef")), sheet.ends.get(k.get("targetRef"))


def _loose(sheet: Sheet) -> Iterator[Breach]:
    known = {k.id for tag in _CONVERSATIONS for k in sheet.all(tag)}
    for k in sheet.all("messageFlow"):
        for id in (k.get("sourceRef"), k.get("targetRef")):
            if id not in sheet.names and id not in sheet.ends and id not in known:
                yield at(k.id, end=id or "nothing")


def _in_one_pool(sheet: Sheet) -> Iterator[Breach]:
    for k, source, target in _message_flows(sheet):
        if source is not None and target is not None and source.pool == target.pool:
            yield at(k.id, pool=source.pool)


def _source(wrong: Callable[[End], bool]) -> Search:
    return lambda sheet: (at(k.id, node=s.id, tag=s.tag) for k, s, _ in _message_flows(sheet) if s and wrong(s))


def _target(wrong: Callable[[End], bool]) -> Search:
    return lambda sheet: (at(k.id, node=t.id, tag=t.tag) for k, _, t in _message_flows(sheet) if t and wrong(t))


# --- participants ------------------------------------------------------------------------------------------------------


def _multiplicities(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.all("participantMultiplicity"):
        low, high = _number(k.element.get("minimum"), 0), _number(k.element.get("maximum"), 1)
        if low is None or high is None or low < 0 or high < 1 or high < low:
            above = k.parent()
            yield at(
                above.id if above is not None else k.id, low=k.element.get("minimum"), high=k.element.get("maximum")
            )


def _number(text: str | None, default: int) -> int | None:
    try:
        return default if text is None else int(text)
    except ValueError:
        return None


def _participants(sheet: Sheet, *tags: str) -> Iterator[tuple[Kept, tuple[str, ...]]]:
    return ((k, k.texts("participantRef")) for k in sheet.all(*tags))


def _unknown_participants(sheet: Sheet) -> Iterator[Breach]:
    for k, participants in _participants(sheet, *_CONVERSATIONS, *_CHOREOGRAPHIES):
        for id in participants:
            if sheet.names.get(id) != "participant":
                yield at(k.id, participant=id)


def _links(sheet: Sheet) -> Iterator[Breach]:
    for k in sheet.all("conversationLink"):
        tags = [sheet.names.get(k.get(name)) for name in ("sourceRef", "targetRef")]
        if sum(tag in _CONVERSATIONS for tag in tags) != 1 or None in tags:
            yield at(k.id)


def _initiators(sheet: Sheet) -> Iterator[Breach]:
    for k, participants in _participants(sheet, *_CHOREOGRAPHIES):
        initiator = k.get("initiatingParticipantRef")
        if initiator and initiator not in participants:
            yield at(k.id, participant=initiator)


PARTICIPANTS = (
    advice(
        "message_flow_loose",
        "The message flow {element} ends at {end}, which the file does not have.",
        "Connect both of its ends, or delete it.",
        _loose,
    ),
    advice(
        "message_flow_in_one_pool",
        "The message flow {element} does not leave the pool {pool}.",
        "Draw a sequence flow within a pool, and message flows between pools.",
        _in_one_pool,
    ),
    advice(
        "message_flow_at_gateway",
        "The message flow {element} touches the gateway {node}.",
        "Lead it to an activity, an event or the pool.",
        lambda sheet: (*_source(lambda e: e.tag in GATEWAYS)(sheet), *_target(lambda e: e.tag in GATEWAYS)(sheet)),
    ),
    advice(
        "message_flow_out_of_receiver",
        "The message flow {element} leaves {node}, an event that receives.",
        "Turn the message flow round, or draw an event that sends.",
        _source(lambda e: e.tag in _EVENTS_THAT_RECEIVE),
    ),
    advice(
        "message_flow_into_sender",
        "The message flow {element} leads into {node}, an event that sends.",
        "Turn the message flow round, or draw an event that receives.",
        _target(lambda e: e.tag in _EVENTS_THAT_SEND),
    ),
    advice(
        "message_flow_out_of_other_event",
        "The message flow {element} leaves {node}, which sends no message.",
        "Give the event a message as its trigger.",
        _source(lambda e: e.tag in _EVENTS_THAT_SEND and not e.triggers & {Trigger.MESSAGE, Trigger.MULTIPLE}),
    ),
    advice(
        "message_flow_into_other_event",
        "The message flow {element} leads into {node}, which awaits no message.",
        "Give the event a message as its trigger.",
        _target(lambda e: e.tag in _EVENTS_THAT_RECEIVE and not e.triggers & {Trigger.MESSAGE, Trigger.MULTIPLE}),
    ),
    advice(
        "message_flow_into_send_task",
        "The message flow {element} leads into {node}, a task that only sends.",
        "Lead it to a receive task.",
        _target(lambda e: e.tag == "sendTask"),
    ),
    advice(
        "message_flow_out_of_receive_task",
        "The message flow {element} leaves {node}, a task that only receives.",
        "Let it leave a send task.",
        _source(lambda e: e.tag == "receiveTask"),
    ),
    advice(
        "message_flow_out_of_script",
        "The message flow {element} touches {node}, a script, which speaks with nobody.",
        "Use a send, receive or service task.",
        lambda sheet: (
            *_source(lambda e: e.tag == "scriptTask")(sheet),
            *_target(lambda e: e.tag == "scriptTask")(sheet),
        ),
    ),
    advice(
        "multiplicity",
        "The participant {element} takes part at least {low} and at most {high} times.",
        "Write numbers with 0 ≤ minimum ≤ maximum and maximum ≥ 1.",
        _multiplicities,
    ),
    advice(
        "unknown_participant",
        "{element} is held by {participant!r}, which is no participant of the file.",
        "Name a participant.",
        _unknown_participants,
    ),
    advice(
        "conversation_of_one",
        "The conversation {element} is held by fewer than two participants.",
        "Name those who hold it.",
        lambda sheet: (at(k.id) for k, found in _participants(sheet, *_CONVERSATIONS) if len(set(found)) < 2),
    ),
    advice(
        "conversation_link",
        "The link {element} does not tie a conversation to a participant.",
        "Let one end be a conversation and the other a participant.",
        _links,
    ),
    advice(
        "choreography_of_one",
        "The choreography task {element} does not take place between two participants.",
        "Name exactly two.",
        lambda sheet: (at(k.id) for k, found in _participants(sheet, "choreographyTask") if len(set(found)) != 2),
    ),
    advice(
        "choreography_initiator",
        "{element} is begun by {participant!r}, who takes no part in it.",
        "Name one of its participants.",
        _initiators,
    ),
)
