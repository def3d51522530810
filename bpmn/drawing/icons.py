"""Small signs inside shapes, drawn on a square of 16 pixels whose top left corner is the origin."""

from __future__ import annotations

from bpmn.model import ActivityKind, GatewayKind, Trigger

_ENVELOPE = "M1.5 3.5h13v9h-13z M1.5 3.5l6.5 5 6.5-5"

TASKS = {
    ActivityKind.USER: "M8 2a3 3 0 1 1 0 6a3 3 0 1 1 0-6z M2.5 14.5c0-4 2-5.6 5.5-5.6s5.5 1.6 5.5 5.6z",
    ActivityKind.MANUAL: "M2 7l4-3.5h4.5v1.8h-3 M7.5 5.3h6.3v1.9h-5 M13.3 7.2v1.9h-4.5 M12.8 9.1v1.8h-4 M12 10.9v1.6h-8l-2-2z",
    ActivityKind.SERVICE: (
        "M8 5.4a2.6 2.6 0 1 1 0 5.2a2.6 2.6 0 1 1 0-5.2z M7 1.5h2l.4 1.9 1.4.6 1.6-1.1 1.4 1.4-1.1 1.6.6 1.4 1.9.4v2"
        "l-1.9.4-.6 1.4 1.1 1.6-1.4 1.4-1.6-1.1-1.4.6-.4 1.9h-2l-.4-1.9-1.4-.6-1.6 1.1-1.4-1.4 1.1-1.6-.6-1.4-1.9-.4v-2"
        "l1.9-.4.6-1.4-1.1-1.6 1.4-1.4 1.6 1.1 1.4-.6z"
    ),
    ActivityKind.RULE: "M1.5 3h13v10.5h-13z M1.5 6.5h13 M1.5 10h13 M5.5 6.5v7",
    ActivityKind.SCRIPT: "M5 1.5h8.5c-3.5 3.5 2 6.5-2 13h-8.500c4-6.500-1.500-9.500 2-13z M5.500 5h5 M6 8h5 M6 11h5",
    ActivityKind.SEND: _ENVELOPE,
    ActivityKind.RECEIVE: _ENVELOPE,
}
FILLED_TASKS = frozenset({ActivityKind.SEND})

EVENTS = {
    Trigger.MESSAGE: _ENVELOPE,
    Trigger.TIMER: "M8 1.2a6.8 6.8 0 1 1 0 13.6a6.8 6.8 0 1 1 0-13.6z M8 4v4.200l3 1.600",
    Trigger.SIGNAL: "M8 2l6.500 11h-13z",
    Trigger.CONDITIONAL: "M3 1.500h10v13h-10z M5 4.500h6 M5 7h6 M5 9.500h6 M5 12h6",
    Trigger.ERROR: "M2 14l3.500-11 4.500 6.500 4-7.500-3.200 11.500-4.800-6.200z",
    Trigger.ESCALATION: "M8 1.500l5 12.500-5-5-5 5z",
    Trigger.COMPENSATE: "M8 3v10l-6.500-5z M14.500 3v10l-6.500-5z",
    Trigger.CANCEL: "M2.500 4.500l2-2 3.500 3.500 3.500-3.500 2 2-3.500 3.500 3.500 3.500-2 2-3.500-3.500-3.500 3.500-2-2 3.500-3.500z",
    Trigger.LINK: "M1.500 6h7.500v-3.500l6 5.500-6 5.500v-3.500h-7.500z",
    Trigger.TERMINATE: "M8 1.500a6.500 6.500 0 1 1 0 13a6.500 6.500 0 1 1 0-13z",
    Trigger.MULTIPLE: "M8 1.500l6.500 4.800-2.500 7.700h-8l-2.500-7.700z",
}

GATEWAYS = {
    GatewayKind.EXCLUSIVE: "M4 3l8 10 M12 3l-8 10",
    GatewayKind.PARALLEL: "M8 1.500v13 M1.500 8h13",
    GatewayKind.INCLUSIVE: "M8 2.500a5.500 5.500 0 1 1 0 11a5.500 5.500 0 1 1 0-11z",
    GatewayKind.EVENT_BASED: (
        "M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14z M8 2.600a5.400 5.400 0 1 1 0 10.800a5.400 5.400 0 1 1 0-10.800z"
        " M8 4.500l3.500 2.600-1.300 4.100h-4.400l-1.300-4.100z"
    ),
    GatewayKind.COMPLEX: "M8 1.500v13 M1.500 8h13 M3.500 3.500l9 9 M12.500 3.500l-9 9",
}
LOOP = "M5.500 13a5.300 5.300 0 1 1 4.500 0 M5.800 13.400l-3.300.200 M5.800 13.400l-.800-3.200"
IN_PARALLEL = "M4.500 3v10 M8 3v10 M11.500 3v10"
IN_SEQUENCE = "M3 4.500h10 M3 8h10 M3 11.500h10"
INSIDE = "M2.500 2.500h11v11h-11z M8 4.800v6.400 M4.800 8h6.400"
AD_HOC = "M2 9.500c2-4 4-3 6-1.500s4 2 6-1.500"


def icon(path: str, x: float, y: float, size: float, *, filled: bool = False, colour: str, width: float = 1.2) -> str:
    """The sign with its middle at (x, y)."""
    scale = size / 16
    fill, stroke = (colour, "#ffffff") if filled else ("none", colour)
    place = f"translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({scale:.3f})"
    line = f'stroke="{stroke}" stroke-width="{width / scale:.2f}" stroke-linejoin="round" stroke-linecap="round"'
    return f'<path d="{path}" transform="{place}" fill="{fill}" {line}/>'
