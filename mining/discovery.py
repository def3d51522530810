"""Process discovery: a sound, drawn model of what a log did."""

from __future__ import annotations

import ibis

from bpmn.layout import lay_out
from bpmn.model import ProcessModel
from bpmn.semantics import net, soundness
from event_logs.log import EventLog
from mining.errors import UnsoundDiscovery
from mining.pm4py_bridge import inductive_model
from mining.variants import variants


def discover(log: EventLog | ibis.Table, *, noise: float = 0.2) -> ProcessModel:
    """The model of the inductive miner with a layout; raises UnsoundDiscovery where it can be shown to get stuck.

    `noise` between 0 and 1 leaves out paths that are so much rarer than their neighbours; with 0 every case fits. `log` may
    be a table with the columns of `steps`.
    """
    model = inductive_model(variants(log), noise=noise)
    verdict = soundness(net(model, repeat=False))
    if verdict.sound is False:
        raise UnsoundDiscovery(verdict.reason)
    return lay_out(model)
