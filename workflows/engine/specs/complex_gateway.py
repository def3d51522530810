"""The complex gateway: goes on as soon as its own condition holds, then waits for the rest before it begins anew.

BPMN 2.0.2, 13.4.5. It waits for its start until the activation condition holds of the tokens that arrived: `activationCount`
of them, and by the id of each incoming flow how many came by it. It then takes one token of each flow that has any, and
sends along each outgoing flow whose condition holds. Now it waits for its reset: for a token on each other flow, unless none
can come any more. On its reset only those outgoing flows are asked whose condition speaks of `waitingForStart`, which is false
by then; what arrives and is not sent on has come to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn.model import Gateway
from workflows.engine.expressions import Condition
from workflows.engine.specs.gateways import UpstreamSpec
from workflows.engine.specs.node import Way
from workflows.engine.tokens import Token

PHASE = "waitingForStart"


class ComplexSpec(UpstreamSpec):
    """While it waits for its reset a token of its own stands there: its `progress` has the flows that the start used up."""

    def __init__(self, wf_spec: Any, key: str, node: Gateway, place: str) -> None:
        super().__init__(wf_spec, key, node, place)
        self.activation = Condition(node.activation or "true")

    def meet_if_complete(self, token: Token) -> bool:
        token.workflow.asked.append(token)  # a condition may fail, which is then a failure of this place
        return False

    def try_again(self, token: Token) -> None:
        token.progress.pop("waits", None)
        if token.leaving:
            super().try_again(token)
        else:
            token._state = TaskState.WAITING
            token.workflow.asked.append(token)

    def ask(self, token: Token) -> None:
        marker = self.marker(token)
        if marker is None:
            self.try_start(token)
        elif not self.missing(marker):
            self.reset(marker)

    def marker(self, token: Token) -> Token | None:
        return next((t for t in self.standing(token) if "used" in t.progress), None)

    def waiting(self, token: Token) -> list[Token]:
        return [t for t in self.standing(token) if "used" not in t.progress]

    def missing(self, marker: Token) -> list[str]:
        """The flows by which nothing came yet since the gateway began to wait."""
        arrived = self.arrivals(marker)
        return [flow for flow in self.incoming if flow not in marker.progress["used"] and flow not in arrived]

    def try_start(self, token: Token) -> None:
        waiting = self.waiting(token)
        by_flow = Counter(t.via for t in waiting)
        counts = {"activationCount": len(waiting), **{flow: by_flow[flow] for flow in self.incoming}}
        if self.activation.holds(self.place, {**token.data, **counts}, token.workflow.steps.now):
            self.start(token)

    def start(self, token: Token) -> None:
        run, used = token.workflow, self.arrivals(token)
        survivor = used[token.via or ""]
        run.meet(survivor, list(used.values()))
        survivor._ready()
        if len(used) < len(self.incoming):
            marker = run.spawn(self, survivor, data=survivor.data, scope=survivor.scope)
            run.part(marker, survivor.data)
            marker._state, marker.progress = TaskState.WAITING, {"used": sorted(used)}
        else:
            self.begin_anew(token)

    def reset(self, marker: Token) -> None:
        used = marker.progress["used"]
        arrived = [t for flow, t in self.arrivals(marker).items() if flow not in used]
        marker.workflow.meet(marker, [marker, *arrived])
        marker.progress = {"reset": True}
        marker._ready()
        self.begin_anew(marker)

    def begin_anew(self, token: Token) -> None:
        token.workflow.asked.extend(self.waiting(token)[:1])

    def settle(self, scope: int, token: Token) -> bool:
        """Nothing else can be stepped: reset unless a token is still to come by a flow that is missing."""
        marker = self.marker(token)
        if marker is None or self.is_awaited(marker, self.missing(marker), list(self.arrivals(marker))):
            return False
        self.reset(marker)
        return True

    def ways_out(self, token: Token) -> Sequence[Way]:
        if "reset" not in token.progress:
            return super().ways_out(token)
        return [way for way in self.ways if _speaks_of_phase(way) and self.holds(way, token)]

    def holds(self, way: Way, token: Token) -> bool:
        data = {**token.data, PHASE: "reset" not in token.progress}
        return way.condition is None or way.condition.holds(self.place, data, token.workflow.steps.now)


def _speaks_of_phase(way: Way) -> bool:
    return way.condition is not None and PHASE in way.condition.compiled.names
