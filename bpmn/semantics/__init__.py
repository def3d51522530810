"""What a model means: the token game that simulation, conformance and soundness all play.

`net(model)` is the game board; `initial`, `final`, `enabled` and `fire` play it; `reachability` explores it, `decide` finds
what can go wrong and `soundness` judges it. See `building.py` for how each BPMN element is read, `refusing.py` for what is not, and `net.py` for what the board can say.
"""

from bpmn.semantics.building import net
from bpmn.semantics.deciding import Verdict, Witness, decide
from bpmn.semantics.net import Assumption, Marking, Net, Transition, enabled, final, fire, initial
from bpmn.semantics.reachability import StateSpace, reachability
from bpmn.semantics.soundness import Soundness, soundness

__all__ = [
    "Assumption",
    "Marking",
    "Net",
    "Soundness",
    "StateSpace",
    "Transition",
    "Verdict",
    "Witness",
    "decide",
    "enabled",
    "final",
    "fire",
    "initial",
    "net",
    "reachability",
    "soundness",
]
