"""Spoilt files of every kind: imported whole, imported with a report of what was set aside, or refused with a sentence. Nothing else."""
