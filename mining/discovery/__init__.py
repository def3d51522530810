"""Process discovery: drawn models of what a log did, by two miners, and only sound ones.

The miners are pm4py's and run in a process of their own (`mined.py`), which is stopped when it takes too long. Whatever
comes back passes a gate: a model that can get stuck, or never end, is not handed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis

from bpmn.errors import NotCovered
from bpmn.layout import lay_out
from bpmn.model import EventNode, ProcessModel
from bpmn.semantics import Net, net, soundness
from event_logs.log import EventLog
from mining.alignment import align, silenced
from mining.discovery.mining_apart import SECONDS, Miner, mined
from mining.errors import MinerFailed, NoAlignment, UnsoundDiscovery
from mining.precision import precision, run_of
from mining.variants import Variant, variants

__all__ = ["SECONDS", "Discovered", "Miner", "discover", "discovered"]


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """What a miner drew: a sound `model` with a layout, or None and the `reason`. Fitness and precision are of all cases, by
    exact alignments; `fitting` is the share of the cases that the model explains without deviation. None is not known."""

    miner: Miner
    model: ProcessModel | None
    reason: str = ""
    fitness: float | None = None
    precision: float | None = None
    fitting: float | None = None


def discover(
    log: EventLog | ibis.Table, *, miner: Miner = Miner.INDUCTIVE, noise: float = 0.2, seconds: float = SECONDS
) -> ProcessModel:
    """The model of a miner with a layout; raises UnsoundDiscovery where it can get stuck, MinerFailed.

    `noise` between 0 and 1 leaves out paths that are so much rarer than their neighbours; with 0 the inductive miner's model
    explains every case. `log` may be a table with the columns of `steps`.
    """
    return _sound(mined(variants(log), miner, noise=noise, seconds=seconds))


def _sound(model: ProcessModel) -> ProcessModel:
    try:
        verdict = soundness(net(model, repeat=False))
    except NotCovered as error:
        raise UnsoundDiscovery(str(error)) from error
    if verdict.sound is not True:
        raise UnsoundDiscovery(verdict.reason)
    return lay_out(model)


def discovered(paths: Sequence[Variant], *, noise: float = 0.2, seconds: float = SECONDS) -> tuple[Discovered, ...]:
    """What each miner makes of the paths, one after the other; the inductive miner's is always sound, the split miner's not."""
    return tuple(_tried(paths, miner, noise, seconds) for miner in Miner)


def _tried(paths: Sequence[Variant], miner: Miner, noise: float, seconds: float) -> Discovered:
    try:
        model = _sound(mined(paths, miner, noise=noise, seconds=seconds))
    except (UnsoundDiscovery, MinerFailed) as error:
        return Discovered(miner=miner, model=None, reason=str(error))
    return _measured(Discovered(miner=miner, model=model), by_name(model), paths)


def by_name(model: ProcessModel) -> Net:
    """The token game of a discovered model, in which steps are known by the names that the log has for them."""
    game = net(model)
    game = silenced(game, frozenset(node.id for node in model.nodes if isinstance(node, EventNode)))
    names: Mapping[str, str] = {node.id: node.name for node in model.nodes}
    return replace(
        game, transitions=tuple(replace(t, label=names[t.label]) if t.label else t for t in game.transitions)
    )


def _measured(found: Discovered, game: Net, paths: Sequence[Variant]) -> Discovered:
    try:
        aligned = align(game, [path.activities for path in paths])
    except NoAlignment as error:
        return replace(found, reason=str(error))
    cases = sum(path.cases for path in paths)
    pairs = [(p, a) for p, a in zip(paths, aligned.alignments, strict=True) if a is not None]
    if not cases or len(pairs) < len(paths):
        return found
    exact = precision(game, [(run_of(a), p.cases) for p, a in pairs])
    return replace(
        found,
        fitness=sum(p.cases * aligned.fitness(p.activities, a) for p, a in pairs) / cases,
        fitting=sum(p.cases for p, a in pairs if not a.cost) / cases,
        precision=exact.value if exact else None,
    )
