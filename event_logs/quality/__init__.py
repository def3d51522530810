"""Data quality: named rules, the findings of a log, its scores, and repairs that are applied on reading."""
