"""Who works how much, who hands over to whom and gets it back, who does what, and who must not do both."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.organisation import handovers, matrix, workload
from mining.ping_pong import ping_pong
from mining.reading import Reading
from mining.separation import separation
from mining.specialisation import specialisation


def analyse(shared: Reading) -> Analysis:
    """Workload, hand-overs with their square, ping-pong, specialisation and separation of duties."""
    work = shared.work
    found = (
        *workload(work, shared.calendar),
        *handovers(work),
        *ping_pong(work),
        *specialisation(work),
        *separation(work, shared.models),
    )
    return Analysis(found, {"between_offices": matrix(work, work.office), "between_posts": matrix(work, work.post)})
