"""The elements of a drawing as SpiffWorkflow task specs, one class for each way to behave."""

from workflows.engine.specs.node import NodeSpec, Way

__all__ = ["NodeSpec", "Way"]
