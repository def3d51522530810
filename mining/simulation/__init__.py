"""What would happen: a discrete-event simulation that fills an event log in the form that the engine records."""

from mining.simulation.conditions import (
    Arrivals,
    CaseMix,
    Choice,
    Observed,
    Officer,
    Routing,
    Sample,
    Scenario,
    Wait,
    Work,
)
from mining.simulation.present import OpenCase, OpenWork, Present
from mining.simulation.recording import Closed
from mining.simulation.trial import Arm, Played, simulate, simulate_again, simulate_on, simulate_trial

__all__ = [
    "Arm",
    "Arrivals",
    "CaseMix",
    "Choice",
    "Closed",
    "Observed",
    "Officer",
    "OpenCase",
    "OpenWork",
    "Played",
    "Present",
    "Routing",
    "Sample",
    "Scenario",
    "Wait",
    "Work",
    "simulate",
    "simulate_again",
    "simulate_on",
    "simulate_trial",
]
