"""Importing a log of another system: upload it, confirm what its columns mean, read it in the background."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as Redirect

from event_logs.errors import UnreadableLog
from event_logs.reading import COLUMNS, ColumnMapping, file_name, object_types, opened_table
from event_logs.reading.source import Source
from event_logs.reading.tables import TableReader
from event_logs.reading.tables.delimited import DelimitedTable
from event_logs.reading.tables.table import Table
from event_logs.reading.tables.workbook import WorkbookTable
from webui import analyses, predicting, quality, renewing
from webui.answers import answer, engine, now
from webui.auth import Right, me, requires
from webui.database import transaction
from webui.errors import JobRunning, NotFound, Refused
from webui.failures import sentence
from webui.jobs import Progress
from webui.language import gettext as _
from webui.settings import Settings

page = Blueprint("import_log", __name__)
SHOWN_ROWS = 5
UPLOADS_LAST = timedelta(days=1)
NEEDED = ("case_id", "activity", "timestamp")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _folder() -> Path:
    folder = _settings().home / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@page.get("/analysis/import")
@requires(Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    return answer("import_log.html", error=None)


@page.post("/analysis/import")
@requires(Right.MANAGE, Right.REDESIGN)
def upload() -> Redirect:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("No file was chosen: pick a log, for example an XES, CSV, Excel or OCEL file.")
    _forget_old()
    token = f"{secrets.token_hex(8)}-{secure_filename(sent.filename) or 'log'}"
    sent.save(_folder() / token)
    return redirect(url_for("import_log.mapping", token=token))


def _forget_old() -> None:
    for path in _folder().iterdir():
        if path.stat().st_mtime < (now() - UPLOADS_LAST).timestamp():
            path.unlink(missing_ok=True)


def _uploaded(token: str) -> Path:
    path = _folder() / token
    if secure_filename(token) != token or not path.is_file():
        raise NotFound("upload", token)
    return path


@page.get("/analysis/import/<token>")
@requires(Right.MANAGE, Right.REDESIGN)
def mapping(token: str) -> Response:
    path = _uploaded(token)
    name = path.name.split("-", 1)[1]
    source = Source(path)
    kinds = object_types(source)
    shown = None if kinds or _is_xes(path) else _table(source)
    return answer(
        "import_mapping.html",
        token=token,
        file=name,
        name=file_name(Path(name)),
        table=shown,
        kinds=kinds,
        needed=NEEDED,
        words=_words(),
    )


def _is_xes(path: Path) -> bool:
    return Source(path).head(512).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _table(source: Source) -> dict[str, object]:
    """The head of a table with a proposal of what its columns mean; `missing` says what could not be guessed."""
    proposed: ColumnMapping | None = None
    missing = ""
    with opened_table(source) as table:
        try:
            proposed = TableReader(table).prepare()
        except UnreadableLog as error:
            missing = sentence(error)
        return {
            "header": table.header,
            "rows": table.sample()[:SHOWN_ROWS],
            "proposed": proposed.columns() if proposed else {},
            "missing": missing,
            "form": _form(table),
        }


def _form(table: Table) -> str:
    """How the file is written."""
    if not isinstance(table, DelimitedTable):
        return _("kind of file: %(kind)s", kind="Excel" if isinstance(table, WorkbookTable) else "Parquet")
    delimiter = {"\t": _("tab")}.get(table.dialect.delimiter, table.dialect.delimiter)
    return _("encoding %(e)s, separator %(d)s", e=table.dialect.encoding, d=delimiter)


def _words() -> dict[str, str]:
    words = {
        "case_id": _("Case number"),
        "activity": _("Activity"),
        "timestamp": _("Time (of completion)"),
        "start_timestamp": _("Time of beginning"),
        "resource": _("Officer"),
        "lifecycle": _("Lifecycle"),
        "instance": _("Piece of work"),
        "post": _("Post"),
        "office": _("Office"),
    }
    return {meaning: words[meaning] for meaning in COLUMNS}


@page.post("/analysis/import/<token>")
@requires(Right.MANAGE, Right.REDESIGN)
def take_in(token: str) -> Redirect:
    path, name = _uploaded(token), request.form.get("name", "").strip()
    given = {meaning: column for meaning in COLUMNS if (column := request.form.get(meaning, ""))}
    for option in ("zone", "timestamp_format", "statuses"):
        if text := request.form.get(option, "").strip():
            given[option] = text
    store, at, database = analyses.warehouse(_settings()), now(), engine()

    def work(progress: Progress) -> str:
        report = store.import_log(path, name or None, given or None, lambda share: progress("import", share), now=at)
        path.unlink(missing_ok=True)
        with transaction(database) as session:
            quality.ask(session, f"{quality.IMPORTED}{report.name}", occasion="import", now=at)
            predicting.ask(session, f"{quality.IMPORTED}{report.name}", now=at)
            renewing.ask_anew(session, f"{quality.IMPORTED}{report.name}", by="", now=at)
        return report.name

    with suppress(JobRunning):  # sent twice: the page shows the one that runs
        analyses.jobs().start(f"import:{token}", work, by=me().code, now=at)
    return redirect(url_for("import_log.progress", token=token))


@page.get("/analysis/import/<token>/progress")
@requires(Right.MANAGE, Right.REDESIGN)
def progress(token: str) -> Response | Redirect:
    job = analyses.jobs().find(f"import:{token}")
    if job is None:
        raise NotFound("import", token)
    if job.state == "done":
        target = url_for("analysis.log", name=job.result)
        if request.headers.get("HX-Request"):
            return Response(headers={"HX-Redirect": target})
        return redirect(target)
    template = "import_progress_part.html" if request.headers.get("HX-Request") else "import_progress.html"
    return answer(template, token=token, share=job.share or 0.0, error=sentence(job.error) if job.error else None)
