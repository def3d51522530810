"""The token game keeps the contract of the small models."""

from __future__ import annotations

import pytest

from bpmn.semantics import net, soundness
from tests.contracts.traces import CONTRACTS, Contract, played


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_exactly_these_traces_are_allowed(contract: Contract) -> None:
    assert played(net(contract.model), contract.longest) == contract.traces


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_contract_model_is_sound(contract: Contract) -> None:
    assert soundness(net(contract.model, repeat=False)).sound is True
