"""How fast expressions, decision tables and stored values are: each against the same in plain Python, in one run.

    python -m benchmarks.feel [--repeat 5] [--pysfeel PYTHON]

Absolute times depend on the machine and its other load; the ratios within one run are what counts. PYTHON is an interpreter that has
pySFeel, which is not installed with this project because it brings a package that shadows a module of the standard library:
`python -m venv /tmp/peer && /tmp/peer/bin/pip install pySFeel`, then `--pysfeel /tmp/peer/bin/python`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import timeit
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from bpmn import feel
from bpmn.decisions import Decision, DecisionModel, DecisionTable, HitPolicy, Input, Output, Rule, decide
from bpmn.feel import codec
from bpmn.feel.evaluating import _compile

CASE: dict[str, Any] = {"amount": Decimal("60000.50"), "risk": "high", "office": "A7", "days": Decimal(12)}
CONDITION = 'amount > 50000 and risk = "high"'
ROWS = 1000


def best(doing: Callable[[], object], repeat: int, number: int) -> float:
    """The shortest mean time of one call, in microseconds."""
    return min(timeit.repeat(doing, number=number, repeat=repeat)) / number * 1e6


PEER = """
import sys, timeit, pySFeel
parser = pySFeel.SFeelParser()
for line in ("amount <- 60000.50", 'risk <- "high"'):
    parser.sFeelParse(line)
doing = lambda: parser.sFeelParse(sys.argv[1])
print(min(timeit.repeat(doing, number=200, repeat=int(sys.argv[2]))) / 200 * 1e6)
"""


def conditions(repeat: int, peer: str) -> None:
    code = compile("amount > 50000 and risk == 'high'", "condition", "eval")
    names: dict[str, Any] = {"__builtins__": {}}
    python = best(lambda: eval(code, names, CASE), repeat, 50_000)
    compiled = feel.compile(CONDITION)
    print(f"{CONDITION}: compiled Python {python:.2f} µs")
    for name, doing in (
        ("compiled", lambda: compiled(CASE)),
        ("compiled, exactly true or false", lambda: compiled.truth(CASE)),
        ("from its text", lambda: feel.truth(CONDITION, CASE)),
        ("from its text, read anew each time", lambda: _compile.__wrapped__(CONDITION, frozenset()).truth(CASE)),
    ):
        time = best(doing, repeat, 2_000 if "anew" in name else 20_000)
        print(f"  {name:34} {time:8.2f} µs  {time / python:5.1f} × compiled Python{against(time, peer, repeat)}")


@cache
def peer_time(peer: str, repeat: int) -> float:
    """How long pySFeel takes for the condition, in microseconds; it reads the text each time, since it compiles nothing."""
    ran = subprocess.run([peer, "-c", PEER, CONDITION, str(repeat)], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def against(time: float, peer: str, repeat: int) -> str:
    return f", pySFeel {peer_time(peer, repeat) / time:6.1f} × as long" if peer else ""


def table(cells: Callable[[int], tuple[str, ...]], inputs: tuple[str, ...]) -> DecisionModel:
    rules = tuple(Rule(cells(row), (f'"{row}"',)) for row in range(ROWS))
    made = DecisionTable(tuple(Input(name) for name in inputs), (Output("out"),), rules, HitPolicy.FIRST)
    return DecisionModel(name="m", namespace="", decisions=(Decision(id="d", name="d", variable="d", expression=made),))


def tables(repeat: int) -> None:
    shapes = {
        "1,000 equal texts": table(lambda n: (f'"A{n}"',), ("office",)),
        "1,000 ranges of numbers": table(lambda n: (f"[{n * 100}..{n * 100 + 100})",), ("amount",)),
        "1,000 rows over three inputs": table(
            lambda n: (f'"A{n % 10}"', f"> {n % 50}", f"[{n * 100}..{n * 100 + 100})"), ("office", "days", "amount")
        ),
        "1,000 rows of expressions": table(lambda n: (f"? > days * {100_000 - n}",), ("amount",)),
    }
    rows = [(Decimal(n * 100), Decimal(n * 100 + 100)) for n in range(ROWS)]
    amount = CASE["amount"]
    python = best(lambda: next(n for n, (low, high) in enumerate(rows) if low <= amount < high), repeat, 200)
    print(f"decision tables: a loop over 1,000 ranges in Python, up to the one that fits, {python:.0f} µs")
    for name, model in shapes.items():
        time = best(lambda model=model: decide(model, CASE), repeat, 100)  # type: ignore[misc]
        print(f"  {name:34} {time:8.0f} µs  {time / python:5.1f} × the loop, {1000 / time:5.0f} a millisecond")


def stored_values(repeat: int) -> None:
    plain = {f"field_{n}": f"value {n}" for n in range(40)}
    typed = {f"field_{n}": Decimal(n) / 4 for n in range(40)}
    for name, value, in_json in (
        ("40 texts", plain, plain),
        ("40 amounts", typed, {k: str(v) for k, v in typed.items()}),
    ):
        text, json_text = codec.dumps(value), json.dumps(in_json)
        out, json_out = (
            best(lambda v=value: codec.dumps(v), repeat, 2000),
            best(lambda v=in_json: json.dumps(v), repeat, 2000),
        )  # type: ignore[misc]
        back, json_back = (
            best(lambda t=text: codec.loads(t), repeat, 2000),
            best(lambda t=json_text: json.loads(t), repeat, 2000),
        )  # type: ignore[misc]
        print(
            f"stored {name}: written {out:.0f} µs, {out / json_out:.1f} × json; read {back:.0f} µs, {back / json_back:.1f} × json"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="the best of so many runs counts")
    parser.add_argument("--pysfeel", default="", metavar="PYTHON", help="an interpreter that has pySFeel")
    asked = parser.parse_args()
    conditions(asked.repeat, asked.pysfeel)
    tables(asked.repeat)
    stored_values(asked.repeat)


if __name__ == "__main__":
    main()
