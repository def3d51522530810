"""What goes with long, late and deviating cases: every trait of the cases, raw and adjusted, corrected for how many were tried.

The log says what goes together, not what would change if somebody changed it; adjusting for version, office and month takes out
the three that most often stand behind both.
"""

from mining.influences.comparing import FALSE_SHARE, Influences, compared, influences
from mining.influences.outcomes import Question
from mining.influences.traits import Trait

__all__ = ["FALSE_SHARE", "Influences", "Question", "Trait", "compared", "influences"]
