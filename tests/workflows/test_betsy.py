"""The public conformance tests of betsy: what passes stays so, and what does not is refused, never run wrongly in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows import betsy

BROKEN = {  # as shipped: their files log the second task twice where the suite expects a third
    "AdHocSubProcess_Sequential": ("SCRIPT_task1", "SCRIPT_task1", "SCRIPT_task2"),
    "AdHocSubProcess_Parallel": ("SCRIPT_task1", "SCRIPT_task1", "SCRIPT_task2"),
}


def stories() -> list[betsy.Story]:
    return list(betsy.stories()) if betsy.FOLDER.is_dir() else []


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.id)
def test_conformance(story: betsy.Story, shared: Path) -> None:
    passed, got = betsy.passes(story)
    assert got == BROKEN[story.name] if story.name in BROKEN else passed, (story.expected, got)


def test_the_suite_is_there_as_a_whole(shared: Path) -> None:
    if not betsy.FOLDER.is_dir():
        pytest.skip(f"The conformance tests are not at {betsy.FOLDER}.")
    assert len({story.name for story in stories()} - set(BROKEN)) == 134
