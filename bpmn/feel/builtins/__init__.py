"""The built-in functions of FEEL (DMN 1.5, chapter 10.3.4), a module for each group."""

from bpmn.feel.builtins import contexts, conversion, dates, lists, numbers, ranges, strings
from bpmn.feel.calling import BUILTINS

BUILTIN_NAMES = frozenset(BUILTINS)

__all__ = ["BUILTINS", "BUILTIN_NAMES", "contexts", "conversion", "dates", "lists", "numbers", "ranges", "strings"]
