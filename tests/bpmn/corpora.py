"""Models that other people drew, read from the shared folder beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("QIANGJI_SHARED", Path(__file__).parents[2].parent / "shared"))
PROCEDURES = Path(__file__).parents[2] / "bpmn" / "procedures"


def corpus() -> list[Path]:
    """Every BPMN file of the shared models, fixtures and peers' tests."""
    roots = [SHARED / "data" / "models", SHARED / "data" / "fixtures", SHARED / "peers" / "betsy"]
    files = [path for root in roots for path in root.rglob("*") if path.suffix in (".bpmn", ".xml")]
    return sorted(path for path in files if "/dmn/" not in path.as_posix())


def reference_models() -> list[Path]:
    return sorted((SHARED / "data" / "models" / "bpmn-miwg-reference").glob("*.bpmn"))


needs_corpora = pytest.mark.skipif(not reference_models(), reason=f"the shared models are not at {SHARED}")
