"""The web application: settings in, a Flask app out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, g, request, url_for
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from webui import answers, auth, failures, headers, language
from webui.analyses import Shelf
from webui.database import migrate, open_engine
from webui.formats import FILTERS
from webui.icons import VENDOR, icon
from webui.jobs import Jobs
from webui.pages import PAGES, external_tasks, messages, pushed_events
from webui.settings import LANGUAGES, Settings, read_settings, secret_key
from webui.shell import navigation

UPLOAD_LIMIT = 512 * 1024 * 1024  # logs come in here
FORM_LIMIT = 8 * 1024 * 1024


def create_app(
    settings: Settings | None = None, *, engine: sa.Engine | None = None, clock: Callable[[], datetime] | None = None
) -> Flask:
    """The application on a migrated database; `engine` and `clock` replace those that the settings say."""
    settings = settings or read_settings()
    engine = engine or open_engine(settings)
    migrate(engine)
    app = Flask("webui", static_folder="static", template_folder="templates")
    _configure(app, settings, engine, clock or answers.clock)
    for part in (auth, answers, headers, failures):
        part.install(app)
    for page in PAGES:
        app.register_blueprint(page)
    app.view_functions["static"] = auth.requires(auth.PUBLIC)(app.view_functions["static"])
    _teach_templates(app)
    return app


def _configure(app: Flask, settings: Settings, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
    app.config.update(
        SETTINGS=settings,
        ENGINE=engine,
        CLOCK=clock,
        JOBS=Jobs(failures.EXPECTED),
        SHELF=Shelf(),
        SECRET_KEY=secret_key(settings),
        SESSION_COOKIE_NAME="__Host-qiangji" if settings.https else "qiangji",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        WTF_CSRF_TIME_LIMIT=None,  # it ends with the session; a form left open over lunch still works
        WTF_CSRF_SSL_STRICT=settings.https,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),  # addresses of static files carry a digest
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[settings.proxies] * 4)  # type: ignore[method-assign]
    protection = CSRFProtect(app)
    # Programs carry a token, not a cookie that could be misused.
    for page in (external_tasks.page, messages.page, pushed_events.page):
        protection.exempt(page)


def _teach_templates(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        _=language.gettext,
        icon=icon,
        asset=asset,
        csrf_token=generate_csrf,
        LANGUAGES=LANGUAGES,
        LANGUAGE_NAMES=language.NAMES,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def shell() -> dict[str, object]:
        officer = g.get("officer")
        return {
            "me": officer,
            "lang": language.current_language(),
            "navigation": navigation(officer) if officer else (),
            "here": request.endpoint or "",
        }


def asset(name: str) -> str:
    """The address of a static file with a digest of its content, so that it may be cached for ever."""
    path = VENDOR.parent / name
    return url_for("static", filename=name, v=_digest(path, path.stat().st_mtime_ns))


@cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
