"""Turns the syntax trees of expressions into closures."""

from bpmn.feel.compiling.closing import close, refuse_to_call
from bpmn.feel.compiling.walking import select
from bpmn.feel.running import Closure

__all__ = ["Closure", "close", "refuse_to_call", "select"]
