"""Where cases leave the drawn path."""

from __future__ import annotations

from mining.analyses.analysis import Analysis
from mining.findings import Evidence, Note
from mining.reading import Reading


def analyse(shared: Reading) -> Analysis:
    """Where cases leave the drawn path (`Reading.conformance`), with the figures of the whole."""
    found = shared.conformance
    if found is None:
        return Analysis(notes=(Note("no_model"),))
    names = (
        "cases",
        "conforming",
        "fitness",
        "log_fitness",
        "cost",
        "open_cases",
        "withdrawn",
        "open_deviating",
        "undecided",
        "unmodelled",
    )
    figures: dict[str, Evidence] = {name: getattr(found, name) for name in names}
    return Analysis(
        found.findings,
        {
            **figures,
            "rate": found.rate,
            "precision": found.precision.value if found.precision else None,
            "escaping": found.escaping(),
            "unknown_activities": list(found.unknown_activities),
            "together": list(found.together),
        },
        found.notes,
    )
