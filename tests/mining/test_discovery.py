"""Discovery: a sound model with a layout, which every case fits where no noise is left out."""

from __future__ import annotations

import pytest

from event_logs.log import EventLog
from mining.conformance import conformance
from mining.discovery import discover
from mining.reading import read


@pytest.mark.slow
def test_without_noise_every_case_of_receipt_fits_the_discovered_model(receipt: EventLog) -> None:
    model = discover(receipt, noise=0)
    assert {activity.name for activity in model.activities} >= {"Confirmation of receipt"}
    assert set(model.layout.shapes) >= {node.id for node in model.nodes}
    reading = read(receipt, {None: model})
    found = conformance(reading.cases, reading.models)
    assert (found.rate, found.fitness, found.unknown_activities) == (1, 1, ())
