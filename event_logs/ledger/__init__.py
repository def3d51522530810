"""Tamper evidence: events chained by hash case by case, all of them in Merkle trees whose roots are sealed with a signature."""
