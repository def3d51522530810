"""Data quality: named rules, the findings of a log with its scores, and repairs that are applied on reading."""

from event_logs.quality.assessment import Assessment, Evidence, Finding, Part, assess
from event_logs.quality.defects import Defects, defects
from event_logs.quality.repairs import Repair, proposals, repaired
from event_logs.quality.rules import BY_KEY, RULES, Dimension, Rule, Stage

__all__ = [
    "BY_KEY",
    "RULES",
    "Assessment",
    "Defects",
    "Dimension",
    "Evidence",
    "Finding",
    "Part",
    "Repair",
    "Rule",
    "Stage",
    "assess",
    "defects",
    "proposals",
    "repaired",
]
