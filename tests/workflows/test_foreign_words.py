"""What a file of another tool says in words that do not run here is refused at deployment, by its place and by rule."""

from __future__ import annotations

import pytest

from bpmn.procedure import Procedure, procedure_from_sources
from tests.builders import description
from tests.workflows.conftest import Office
from workflows import deployment
from workflows.errors import Undeployable

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:qj="urn:qiangji:bpmn" id="d" targetNamespace="t"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flowable="http://flowable.org/bpmn">'
)
FLOWS = '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/><sequenceFlow id="f2" sourceRef="x" targetRef="end"/>'


def drawn(content: str, *, flows: str = FLOWS, process: str = 'isExecutable="true"') -> Procedure:
    """The start leads to `x`, and `x` to the end."""
    nodes = f'<startEvent id="start"/>{content}<endEvent id="end"/>'
    file = f'{HEAD}<process id="foreign" {process}>{nodes}{flows}</process></definitions>'
    return procedure_from_sources({"procedure.toml": description("foreign", ["clerk"]), "foreign.bpmn": file.encode()})


def refused(office: Office, procedure: Procedure) -> set[tuple[object, object]]:
    with office.begin() as session, pytest.raises(Undeployable) as found:
        deployment.deploy(session, procedure, now=office.now)
    return {(getattr(p, "element", None), getattr(p, "rule", None)) for p in found.value.problems}


def script(said: str, text: str) -> str:
    return f'<scriptTask id="x" {said}><script>{text}</script></scriptTask>'


@pytest.mark.parametrize(
    "content",
    [
        script('scriptFormat="python"', "import os; os.system('id')"),
        script('scriptFormat="javascript"', "execution.setVariable('a', 1)"),
        script('scriptFormat="groovy"', "a = 1"),
        script('scriptFormat="text/x-python"', "a = 1"),
        script("", "a = 1"),
        script('scriptFormat="feel"', "a = 1\nimport os"),
        '<scriptTask id="x" scriptFormat="python" camunda:resource="deployment://run.py"/>',
    ],
)
def test_a_script_is_a_list_of_feel_lines_or_refused(sqlite_office: Office, content: str) -> None:
    assert {element for element, _ in refused(sqlite_office, drawn(content))} == {"x"}


@pytest.mark.parametrize("line", ["a = cuont(b)", "a = if true then twice(n: 1) else 2"])
def test_a_function_that_nobody_knows_is_refused_and_no_silent_null(sqlite_office: Office, line: str) -> None:
    assert refused(sqlite_office, drawn(script('scriptFormat="feel"', line))) == {("x", "unknown_function")}


@pytest.mark.parametrize(
    "said",
    ['qj:service="nobody.knows"', 'camunda:class="org.example.Pay"', 'flowable:delegateExpression="${pay}"', ""],
)
def test_an_automatic_task_that_nobody_does_is_refused(sqlite_office: Office, said: str) -> None:
    assert {element for element, _ in refused(sqlite_office, drawn(f'<serviceTask id="x" {said}/>'))} == {"x"}


FEEL_TO_THE_EYE = "__import__(name)"  # Python that reads as a call in FEEL


@pytest.mark.parametrize("language", ["python", "http://www.python.org/", "groovy"])
def test_a_condition_in_another_language_is_refused_even_where_ours_could_read_it(
    sqlite_office: Office, language: str
) -> None:
    condition = f'<conditionExpression language="{language}">{FEEL_TO_THE_EYE}</conditionExpression>'
    flows = (
        '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/><sequenceFlow id="f3" sourceRef="x" targetRef="end"/>'
        f'<sequenceFlow id="f2" sourceRef="x" targetRef="other">{condition}</sequenceFlow>'
    )
    content = '<exclusiveGateway id="x" default="f3"/><endEvent id="other"/>'
    assert ("f2", "language") in refused(sqlite_office, drawn(content, flows=flows))


def test_a_condition_that_is_never_asked_is_refused(sqlite_office: Office) -> None:
    """BPMN lets a parallel gateway take all of its flows: whoever drew a condition there meant something else."""
    flows = (
        '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/><sequenceFlow id="f3" sourceRef="x" targetRef="end"/>'
        '<sequenceFlow id="f2" sourceRef="x" targetRef="other"><conditionExpression>large</conditionExpression></sequenceFlow>'
    )
    found = refused(sqlite_office, drawn('<parallelGateway id="x"/><endEvent id="other"/>', flows=flows))
    assert ("f2", "ignored_condition") in found


def test_a_drawing_that_says_it_does_not_run_is_not_run(sqlite_office: Office) -> None:
    task = '<userTask id="x" qj:posts="clerk"/>'
    assert refused(sqlite_office, drawn(task, process='isExecutable="false"')) == {("foreign", "not_executable")}
    with sqlite_office.begin() as session:
        assert deployment.deploy(session, drawn(task), now=sqlite_office.now).number == 1
