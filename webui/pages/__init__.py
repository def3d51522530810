"""The pages: each one file here and one template of the same name."""

from __future__ import annotations

from webui.pages import health, home, sign_in

PAGES = (sign_in.page, health.page, home.page)
