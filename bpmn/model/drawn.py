"""What joins and surrounds the nodes: flows, lanes, and where everything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpmn.model.parts import Extensions


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow; `condition` is FEEL, or None for an unconditional one."""

    id: str
    source: str
    target: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str | None = None
    extensions: Extensions = ()


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane and the posts whose officers do its work."""

    id: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    posts: tuple[str, ...] = ()
    parent: str | None = None
    scope: str | None = None
    extensions: Extensions = ()

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.name or self.id


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle of the diagram, in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Diagram coordinates by element id: rectangles of shapes, way-points of edges, rectangles of labels.

    `expanded` says of subprocesses whether their content is drawn, `horizontal` of pools and lanes how they lie; an id that
    is missing there takes the default of the standard. `styles` holds by element what else its shape or edge had (colours,
    fonts), `extensions` what else the diagram had.
    """

    shapes: Mapping[str, Bounds] = field(default_factory=dict)
    edges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    labels: Mapping[str, Bounds] = field(default_factory=dict)
    expanded: Mapping[str, bool] = field(default_factory=dict)
    horizontal: Mapping[str, bool] = field(default_factory=dict)
    styles: Mapping[str, Extensions] = field(default_factory=dict)
    extensions: Extensions = ()
