"""An office under fire: processes work, are killed and cut off, and afterwards everything must agree."""
