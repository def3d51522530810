"""The one door to pm4py: miners whose nets and models come back as ours.

pm4py is imported when first called (seconds), reads a copy of the data, and gets times as nanoseconds: on pandas 3 it reads
microseconds as nanoseconds without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from bpmn.semantics import Net, Transition
from mining.variants import Variant

_START = "2020-01-01T00:00:00Z"


def as_frame(variants: Sequence[Variant]) -> pd.DataFrame:
    """The paths as pm4py's frame, one case for each case of a variant, with made-up times a second apart."""
    cases = [variant.activities for variant in variants for _ in range(variant.cases)]
    rows = [(str(case), activity, at) for case, path in enumerate(cases) for at, activity in enumerate(path)]
    frame = pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "second"])
    times = pd.Timestamp(_START) + pd.to_timedelta(frame.pop("second"), unit="s")
    frame["time:timestamp"] = times.dt.as_unit("ns")
    return frame


def inductive_net(variants: Sequence[Variant], *, noise: float = 0.2) -> Net:
    """The Petri net of the inductive miner (infrequent, Leemans 2013), always sound."""
    import pm4py

    net, begin, end = pm4py.discover_petri_net_inductive(as_frame(variants), noise_threshold=noise)
    return as_net(net, begin, end)


def inductive_drawing(variants: Sequence[Variant], *, noise: float = 0.2) -> bytes:
    """The BPMN of the inductive miner, without a layout."""
    import pm4py

    return _drawing(pm4py.discover_bpmn_inductive(as_frame(variants), noise_threshold=noise))


def split_drawing(variants: Sequence[Variant]) -> bytes:
    """The BPMN of the split miner (Augusto, Conforti, Dumas, La Rosa, Polyvyanyy, KAIS 59, 2019), without a layout; not always sound."""
    import pm4py

    return _drawing(pm4py.discover_bpmn_split_miner(as_frame(variants)))


def _drawing(graph: Any) -> bytes:
    from pm4py.objects.bpmn.exporter.variants.etree import get_xml_string

    drawn: bytes = get_xml_string(graph)
    return drawn


def as_net(net: Any, begin: Any, end: Any) -> Net:
    """A pm4py net with markings as our board; a silent last step takes the tokens of its final marking."""
    places = {place: f"p{at}" for at, place in enumerate(sorted(net.places, key=lambda place: str(place.name)))}
    transitions = [
        Transition(
            id=f"t{at}",
            node=str(t.label or t.name),
            label=t.label,
            inputs=tuple(sorted(places[arc.source] for arc in t.in_arcs)),
            outputs=tuple(sorted(places[arc.target] for arc in t.out_arcs)),
        )
        for at, t in enumerate(sorted(net.transitions, key=lambda t: (str(t.label), str(t.name))))
    ]
    ending = Transition(id="end", node="end", label=None, inputs=_tokens(places, end), outputs=())
    return Net("discovered", tuple(places.values()), (*transitions, ending), _tokens(places, begin))


def _tokens(places: dict[Any, str], marking: Any) -> tuple[str, ...]:
    return tuple(sorted(places[place] for place, count in marking.items() for _ in range(count)))
