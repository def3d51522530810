"""Any text of the grammar, any noise and any attack ends in a value or in an error of the language, soon and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpmn import feel
from bpmn.feel import FeelError
from tests.bpmn.attacks import ALL
from tests.bpmn.feel_grammar import expressions, unary_tests

CONTEXT = {"a": 3, "b": [{"a": 1}, {"a": "x"}], "Monthly Salary": 5, "net-amount": 2, "税额": [1, 2, 3]}
# evaluates each text, and tells: the processor time of the quickest of three tries, and by how much the process grew in all
CHILD = """
import json, resource, sys, time
from bpmn import feel

feel.evaluate('@"10:00:00@Asia/Shanghai" = @"10:00:00Z" or matches("a", "b")', {})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = []
for text in json.load(sys.stdin):
    times = []
    for _ in range(3):
        start = time.process_time()
        try:
            feel.evaluate(text, {"o": {"secret": "x"}})
            error = ""
        except BaseException as raised:
            error = "" if isinstance(raised, feel.FeelError) else repr(raised)
        times.append(time.process_time() - start)
        if times[-1] < 0.05:
            break
    told.append((min(times), error))
print(json.dumps([told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""
wide = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@wide
@given(expressions)
def test_any_expression_of_the_grammar_has_a_value_or_an_error_of_the_language(text: str) -> None:
    try:
        feel.evaluate(text, CONTEXT)
    except FeelError as error:
        assert error.position is None or 0 <= error.position <= len(error.text)


@wide
@given(unary_tests, expressions)
def test_any_cell_passes_or_fails_any_value(cell: str, text: str) -> None:
    value = None
    with suppress(FeelError):
        value = feel.evaluate(text, CONTEXT)
    with suppress(FeelError):
        assert feel.unary_test(cell, value, CONTEXT) in (True, False)


@given(st.binary(max_size=80))
def test_any_noise_has_a_value_or_an_error_of_the_language(noise: bytes) -> None:
    for text in (noise.decode("latin-1"), noise.decode("utf-8", "surrogateescape"), noise.decode("utf-16", "replace")):
        with suppress(FeelError):
            feel.evaluate(text, CONTEXT)


@given(expressions, st.data())
def test_a_broken_expression_has_a_value_or_an_error_of_the_language(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    broken = (
        text[:at]
        + data.draw(st.sampled_from(["", "(", ")", "]", '"', ",", "..", " in ", "}", "@", "\\"]))
        + text[at + 1 :]
    )
    with suppress(FeelError):
        feel.evaluate(broken, CONTEXT)


@pytest.fixture(scope="module")
def attacked() -> tuple[list[tuple[float, str]], int]:
    """For each attack its time and what it raised besides an error of ours, in a process of its own; and the kB that it grew by."""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD], input=json.dumps(ALL), capture_output=True, text=True, timeout=120, env=here
    )
    assert ran.returncode == 0, ran.stderr
    told, grown = json.loads(ran.stdout)
    return told, grown


def test_no_attack_raises_anything_else(attacked: tuple[list[tuple[float, str]], int]) -> None:
    assert [(text[:60], error) for text, (_, error) in zip(ALL, attacked[0], strict=True) if error] == []


def test_every_attack_is_over_within_a_tenth_of_a_second(attacked: tuple[list[tuple[float, str]], int]) -> None:
    assert [(text[:60], time) for text, (time, _) in zip(ALL, attacked[0], strict=True) if time > 0.1] == []


def test_all_attacks_together_take_little_memory(attacked: tuple[list[tuple[float, str]], int]) -> None:
    assert attacked[1] < 64 * 1024
