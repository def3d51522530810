"""A scenario learnt from a log: what a simulation must know to look like reality."""

from mining.scenario.calibration import BaselineGap, baseline_gap, calibrated
from mining.scenario.learn import learn
from mining.simulation.conditions import Scenario

__all__ = ["BaselineGap", "Scenario", "baseline_gap", "calibrated", "learn"]
