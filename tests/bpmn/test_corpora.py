"""Every model of the corpora loads, comes back whole, and is laid out; the repairs of each are named."""

from __future__ import annotations

import pytest

from tests.bpmn.corpora import corpus, examine, needs_corpora, reference_models


@needs_corpora
@pytest.mark.slow
def test_every_model_of_the_corpora_loads_and_nothing_of_it_is_lost() -> None:
    found = [examine(path) for path in corpus()]
    assert len(found) > 280
    assert [str(each) for each in found if not each.well] == []
    assert len({rule for each in found for rule in each.rules}) > 8


@needs_corpora
def test_what_a_reference_model_needed_is_said_in_one_line() -> None:
    (path,) = [path for path in reference_models() if path.name == "C.2.0.bpmn"]
    said = str(examine(path))
    assert "one_of_several" in said and "nothing lost" in said and "laid out" in said and "\n" not in said
