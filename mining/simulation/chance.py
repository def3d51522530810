"""Chance without state: every draw is a function of seed, case, element and count.

So the same case has the same luck in two versions of a model wherever they agree (common random numbers), and the order in
which things happen does not matter. The mixing function is SplitMix64 (Steele, Lea and Flood, 2014).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

_MASK = (1 << 64) - 1
_SCALE = 1.0 / (1 << 53)


@lru_cache(maxsize=100_000)
def key_of(name: str) -> int:
    """A stable 64-bit number for a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


def mixed(value: int) -> int:
    """One step of SplitMix64 (Steele, Lea and Flood, 2014): a bijection of 64-bit numbers that leaves no pattern."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def draw(case_key: int, what: int, count: int) -> float:
    """A number from [0, 1) for the `count`-th time that the case asks `what`."""
    return (mixed(case_key ^ what ^ (count * 0xD1B54A32D192ED03 & _MASK)) >> 11) * _SCALE
