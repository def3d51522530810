"""Why work waits for officers: batching, hours, contention, prioritisation, or none of them."""

from mining.causes.batches import Batches, batches
from mining.causes.hours import Hours
from mining.causes.splitting import Convention, Split, WaitingCause, split

__all__ = ["Batches", "Convention", "Hours", "Split", "WaitingCause", "batches", "split"]
