"""Activities: what each kind needs so that somebody or something can do it, and how it may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpmn.model import Activity, ActivityKind, Behavior, EventNode, MultiInstance, Position
from bpmn.validation.rule import Breach, Rule, Search, advice, at
from bpmn.validation.sheet import Sheet

LOOP, MANY = "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"


def _of(kind: ActivityKind, wrong: Callable[[Activity], bool]) -> Search:
    return lambda sheet: (at(activity.id) for activity in sheet.of_kind(kind) if wrong(activity))


def _calls_no_process(sheet: Sheet) -> Iterator[Breach]:
    callable_tags = ("process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask")
    for activity in sheet.of_kind(ActivityKind.CALL):
        tag = sheet.names.get(activity.called or "")
        if tag is not None and tag not in (*callable_tags, "globalBusinessRuleTask"):
            yield at(activity.id, called=activity.called, tag=tag)


# --- repetition --------------------------------------------------------------------------------------------------------


def _many(sheet: Sheet) -> Iterator[tuple[Activity, MultiInstance]]:
    return ((a, a.multi_instance) for a in sheet.activities if a.multi_instance is not None)


def _input_list(sheet: Sheet, activity: Activity) -> bool:
    return any(True for k in sheet.kept_of(activity.id, "loopDataInputRef"))


def _uncounted(sheet: Sheet) -> Iterator[Breach]:
    for activity, many in _many(sheet):
        if not (many.collection or many.cardinality):
            yield at(activity.id)


def _counted_twice(sheet: Sheet) -> Iterator[Breach]:
    for activity, many in _many(sheet):
        if many.cardinality and (many.collection or _input_list(sheet, activity)):
            yield at(activity.id)


def _is_no_count(text: str | None) -> bool:
    try:
        return text is not None and float(text) < 1
    except ValueError:
        return False


def _wrong_quantities(sheet: Sheet) -> Iterator[Breach]:
    for activity in sheet.activities:
        numbers = (("startQuantity", activity.start_quantity), ("completionQuantity", activity.completion_quantity))
        for name, quantity in numbers:
            text = sheet.written(activity, name)
            if text is not None or quantity < 1:
                yield at(activity.id, name=name, text=text or str(quantity))


def _no_behavior_event(sheet: Sheet) -> Iterator[Breach]:
    for activity, many in _many(sheet):
        if many.behavior is not Behavior.ALL and not many.throws:
            yield at(activity.id, behavior=many.behavior)


# --- ad-hoc subprocesses -----------------------------------------------------------------------------------------------


def _ad_hoc(sheet: Sheet) -> Iterator[Activity]:
    return (activity for activity in sheet.subprocesses if activity.ad_hoc)


def _events_in_ad_hoc(position: Position) -> Search:
    return lambda sheet: (
        at(node.id, scope=a.id)
        for a in _ad_hoc(sheet)
        for node in sheet.inside[a.id]
        if isinstance(node, EventNode) and node.position is position
    )


ACTIVITIES = (
    Rule(
        "untyped_task",
        "{element} does not say who or what does it.",
        "Make it a user, service, rule or script task.",
        _of(ActivityKind.TASK, lambda a: True),
    ),
    Rule(
        "rule_without_decision",
        "The rule task {element} names no decision table.",
        "Set qj:decision.",
        _of(ActivityKind.RULE, lambda a: not a.decision),
    ),
    Rule(
        "service_missing",
        "The automatic task {element} names no service task.",
        "Set qj:service.",
        _of(ActivityKind.SERVICE, lambda a: not a.service),
    ),
    Rule(
        "send_without_message",
        "The send task {element} names no message.",
        "Name the message or the service task.",
        _of(ActivityKind.SEND, lambda a: not (a.message or a.service)),
    ),
    Rule(
        "receive_without_message",
        "The receive task {element} waits for no message.",
        "Name the message.",
        _of(ActivityKind.RECEIVE, lambda a: not a.message),
    ),
    Rule(
        "foreign_script",
        "The script of {element} ({language}) is no list of FEEL assignments.",
        'Write scriptFormat="feel" and lines such as: late_fee = tax * 0.0005 * days',
        lambda sheet: (
            at(a.id, language=a.script_format or "no stated language")
            for a in sheet.of_kind(ActivityKind.SCRIPT)
            if not a.script and a.script_text
        ),
    ),
    advice(
        "script_without_language",
        "The script of {element} does not say in which language it is written.",
        "Set scriptFormat.",
        _of(ActivityKind.SCRIPT, lambda a: bool(a.script_text) and not a.script_format),
    ),
    Rule(
        "empty_script",
        "The script task {element} has no script.",
        "Write one, or delete it.",
        _of(ActivityKind.SCRIPT, lambda a: not a.script and not a.script_text),
    ),
    Rule(
        "call_without_target",
        "{element} calls no procedure.",
        "Name the procedure that it calls.",
        _of(ActivityKind.CALL, lambda a: not a.called),
    ),
    Rule(
        "call_of_no_process",
        "{element} calls {called}, which is a {tag} and no process.",
        "Name a process or a global task.",
        _calls_no_process,
    ),
    Rule(
        "calls_itself",
        "{element} calls the process that it stands in.",
        "Call another procedure, or draw a loop.",
        lambda sheet: (at(a.id) for a in sheet.of_kind(ActivityKind.CALL) if a.called == sheet.model.key),
    ),
    Rule(
        "starting_receive_with_way_in",
        "{element} begins the process when its message comes, but a flow leads to it.",
        "Delete the flow, or take `instantiate` away.",
        lambda sheet: (
            at(a.id) for a in sheet.of_kind(ActivityKind.RECEIVE) if a.instantiate and sheet.model.incoming(a.id)
        ),
    ),
    Rule(
        "repetition_of_what",
        "Nothing says for what, or how often, {element} is repeated.",
        "Name a list (qj:collection) or a number of times.",
        _uncounted,
    ),
    advice(
        "two_counts",
        "{element} is repeated for a list and a number of times at once.",
        "Keep the list or the number.",
        _counted_twice,
    ),
    Rule(
        "count_below_one",
        "{element} is repeated {text} times.",
        "Write a number from 1 on.",
        lambda sheet: (at(a.id, text=m.cardinality) for a, m in _many(sheet) if _is_no_count(m.cardinality)),
    ),
    Rule(
        "behavior_without_event",
        "The instances of {element} throw events ({behavior}), but nothing says which.",
        "Name the event, or leave the behaviour out.",
        _no_behavior_event,
    ),
    Rule(
        "two_repetitions",
        "{element} is a loop and a multi-instance at once.",
        "Keep one.",
        lambda sheet: (
            at(a.id)
            for a in sheet.activities
            if (a.multi_instance is not None or sheet.kept_of(a.id, MANY)) and a.loop_condition is not None
        ),
    ),
    Rule(
        "loop_without_condition",
        "Nothing says how long {element} is repeated.",
        "Write the condition of the loop.",
        lambda sheet: (
            at(a.id) for a in sheet.activities if a.loop_condition == "" and not sheet.written(a, f"{LOOP}/loopMaximum")
        ),
    ),
    Rule(
        "loop_maximum",
        "{element} is repeated at most {text} times.",
        "Write a number from 1 on.",
        lambda sheet: (
            at(a.id, text=text)
            for a in sheet.activities
            if (text := sheet.written(a, f"{LOOP}/loopMaximum")) is not None
            and not (text.strip().isdigit() and int(text) > 0)
        ),
    ),
    Rule(
        "quantity",
        "{name} of {element} is {text!r}, which is no number from 1 on.",
        "Write a number from 1 on, or leave it out.",
        _wrong_quantities,
    ),
    Rule(
        "ad_hoc_start",
        "{element} is a start event in the ad-hoc subprocess {scope}, where people choose what begins.",
        "Delete it.",
        _events_in_ad_hoc(Position.START),
    ),
    Rule(
        "ad_hoc_end",
        "{element} is an end event in the ad-hoc subprocess {scope}, which ends by its completion condition.",
        "Delete it.",
        _events_in_ad_hoc(Position.END),
    ),
    Rule(
        "ad_hoc_empty",
        "The ad-hoc subprocess {element} has no activity to choose.",
        "Draw the activities in it.",
        lambda sheet: (
            at(a.id) for a in _ad_hoc(sheet) if not any(isinstance(n, Activity) for n in sheet.inside[a.id])
        ),
    ),
    advice(
        "ad_hoc_without_completion",
        "Nothing says when the ad-hoc subprocess {element} is done.",
        "Write its completionCondition.",
        lambda sheet: (at(a.id) for a in _ad_hoc(sheet) if a.complete_when is None),
    ),
)
