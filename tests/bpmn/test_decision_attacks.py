"""Decision models that attack: circles, endless recursion, types within themselves, files that explode; each ends in a clear error."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator

import pytest

from bpmn.decisions import decide, read_dmn
from bpmn.errors import BpmnError

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def dmn(body: str) -> str:
    return f'<definitions xmlns="{NAMESPACE}" id="d" name="d" namespace="urn:test">{body}</definitions>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def decision(name: str, box: str, *requires: str, kind: str = "requiredDecision", typed: str = "") -> str:
    wrapper = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    required = "".join(f'<{wrapper}><{kind} href="#{other}"/></{wrapper}>' for other in requires)
    declared = f' typeRef="{typed}"' if typed else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{declared}/>{required}{box}</decision>'


def knowledge(name: str, body: str) -> str:
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><encapsulatedLogic><formalParameter name="n"/>{literal(body)}'
        f'</encapsulatedLogic><knowledgeRequirement><requiredKnowledge href="#{name}"/></knowledgeRequirement></businessKnowledgeModel>'
    )


def boxed(depth: int) -> str:
    return "<list>" * depth + literal("1") + "</list>" * depth


def laughs() -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f"<!DOCTYPE definitions [{entities}]>" + dmn(decision("x", literal('"&a11;"')))


REFUSED: dict[str, Callable[[], str]] = {
    "a circle of one": lambda: dmn(decision("x", literal("x + 1"), "x")),
    "a circle of many": lambda: dmn(
        "".join(
            decision("x" if n == 0 else f"x{n}", literal(f"x{(n + 1) % 300}"), "x" if n == 299 else f"x{n + 1}")
            for n in range(300)
        )
    ),
    "endless recursion": lambda: dmn(
        knowledge("f", "f(n + 1)") + decision("x", literal("f(1)"), "f", kind="requiredKnowledge")
    ),
    "doubling recursion": lambda: dmn(
        knowledge("f", "if n = 0 then 1 else f(n - 1) + f(n - 1)")
        + decision("x", literal("f(50)"), "f", kind="requiredKnowledge")
    ),
    "lists in lists": lambda: dmn(decision("x", boxed(3000))),
    "a billion laughs": laughs,
    "a foreign file": lambda: (
        '<!DOCTYPE definitions [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + dmn(decision("x", literal('"&e;"')))
    ),
    "a wide loop in a cell": lambda: dmn(
        decision(
            "x",
            "<decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/>"
            "<rule><inputEntry><text>some a in 1..9999, b in 1..9999 satisfies a + b = -1</text></inputEntry>"
            "<outputEntry><text>1</text></outputEntry></rule></decisionTable>",
        )
    ),
}


@pytest.fixture
def grown() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize("attack", REFUSED.values(), ids=REFUSED)
def test_the_attack_ends_in_an_error_of_ours(attack: Callable[[], str], grown: None) -> None:
    xml = attack()
    times = []
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(BpmnError) as caught:
            decide(read_dmn(xml), {}, "x")
        times.append(time.process_time() - start)
    assert str(caught.value) and len(str(caught.value)) < 2000
    assert "root:" not in str(caught.value)
    assert min(times) < 0.1


def test_a_type_within_itself_is_not_followed_for_ever() -> None:
    own = '<itemDefinition name="tree"><itemComponent name="below"><typeRef>tree</typeRef></itemComponent></itemDefinition>'
    assert decide(read_dmn(dmn(own + decision("x", literal("{below: null}"), typed="tree"))), {}, "x").value == {
        "below": None
    }
