"""The public conformance tests of betsy: what passes stays so, and what does not is refused, never run wrongly in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows import betsy

DIFFERENT = {
    "ReceiveTask_Instantiate": "the suite lets a receive task begin a process; ours begin by message start events",
    "Escalation_EndEvent_TopLevel": "the suite expects the border of a call activity to miss an escalation of the called process",
    "Timer_BoundaryEvent_SubProcess_Interrupting_Activity": "an automatic step is one moment: no timer interrupts it half-way",
    "ParallelGateway_TrueParallelism": "automatic steps of one case run one after the other",
}
PASSED = 103


def test_conformance(shared: Path) -> None:
    if not betsy.FOLDER.is_dir():
        pytest.skip(f"The conformance tests are not at {betsy.FOLDER}.")
    outcome: dict[str, set[str]] = {}
    for story in betsy.stories():
        ok, got = betsy.passes(story)
        kind = "passed" if ok else "refused" if got == ("ERROR_deployment",) else "different"
        outcome.setdefault(story.name, set()).add(kind)
    different = {name for name, kinds in outcome.items() if "different" in kinds}
    assert different == set(DIFFERENT)
    assert sum(kinds == {"passed"} for kinds in outcome.values()) >= PASSED
