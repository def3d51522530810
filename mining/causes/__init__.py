"""Why work waits for officers: batching, hours, contention, prioritisation, or none of them."""

from mining.causes.batches import Batches, batches
from mining.causes.explaining import Why, by_activity, why
from mining.causes.gathering import evident_batches
from mining.causes.holding import Held, held_back
from mining.causes.hours import Hours, learnt_hours
from mining.causes.pool import PoolState, by_pool
from mining.causes.splitting import Convention, Split, WaitingCause, split

__all__ = [
    "Batches",
    "Convention",
    "Held",
    "Hours",
    "PoolState",
    "Split",
    "WaitingCause",
    "Why",
    "batches",
    "by_activity",
    "by_pool",
    "evident_batches",
    "held_back",
    "learnt_hours",
    "split",
    "why",
]
