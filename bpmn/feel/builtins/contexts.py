"""Functions of contexts (DMN 1.5, table 79)."""

from __future__ import annotations

from bpmn.feel.calling import builtin
from bpmn.feel.running import Run
from bpmn.feel.values import Undefined, Value


@builtin("get value", "m: context, key: string")
def get_value(run: Run, m: dict[str, Value], key: str) -> Value:
    return m.get(key)


@builtin("get value", "m: context, keys: list")
def get_value_below(run: Run, m: dict[str, Value], keys: list[Value]) -> Value:
    found: Value = m
    for key in keys or [None]:
        if type(found) is not dict or type(key) is not str:
            return None
        found = found.get(key)
    return found


@builtin("get entries", "m: context")
def get_entries(run: Run, m: dict[str, Value]) -> list[Value]:
    return run.list([{"key": key, "value": value} for key, value in m.items()])


@builtin("context", "entries: list")
def context(run: Run, entries: list[Value]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for entry in run.list(entries):
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            raise Undefined("An entry of a context has a key and a value.")
        if entry["key"] in made:
            raise Undefined(f"The key {entry['key']} is given twice.")
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: Any")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    run.charge(len(context))
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: Any")
def context_put_below(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> dict[str, Value]:
    if not keys or type(keys[0]) is not str:
        raise Undefined("The keys are names, from the outside to the inside.")
    run.charge(len(context) + 1)
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if type(inner) is not dict:
        raise Undefined(f"{keys[0]} is no context.")
    return {**context, keys[0]: context_put_below(run, inner, keys[1:], value)}


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for part in run.list(contexts):
        if type(part) is not dict:
            raise Undefined("Only contexts can be merged.")
        run.charge(len(part))
        merged.update(part)
    return merged
