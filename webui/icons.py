"""Icons of Tabler, drawn into the page so that no font and no second request is needed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup

from webui.errors import AssetsMissing

VENDOR = Path(__file__).parent / "static" / "vendor"


@cache
def _shapes() -> dict[str, str]:
    try:
        shapes: dict[str, str] = json.loads((VENDOR / "icons.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetsMissing(str(VENDOR)) from None
    return shapes


def icon(name: str, classes: str = "") -> Markup:
    """The icon of that name (a line of `assets/icons.txt`) as SVG; decoration, so hidden from screen readers."""
    template = (
        '<svg class="icon {}" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>'
    )
    return Markup(template).format(classes, Markup(_shapes()[name]))  # our own built file
