"""Turns the syntax trees of expressions into closures, a module for each kind of node."""

from bpmn.feel import syntax as s
from bpmn.feel.compiling import access, cells, compounds, operators
from bpmn.feel.compiling.access import refuse_to_call
from bpmn.feel.compiling.closing import Closing
from bpmn.feel.compiling.walking import items_of, select
from bpmn.feel.running import Closure
from bpmn.feel.types import Resolve

__all__ = ["Closure", "access", "cells", "close", "compounds", "items_of", "operators", "refuse_to_call", "select"]


def close(node: s.Node, known_types: Resolve = lambda name: None) -> Closure:
    """The closure of an expression or of unary tests."""
    return Closing(known_types).close(node)
