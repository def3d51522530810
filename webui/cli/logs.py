"""Which log a word on the command line means: a file, an imported log, or a procedure's recorded events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bpmn.model import ProcessModel
from bpmn.procedure import Procedure, TimeLimit, read_all_procedures
from bpmn.reading import read_bpmn
from event_logs.errors import UnknownLog
from event_logs.log import EventLog
from event_logs.objects import ObjectLog
from event_logs.objects.casework import objects_of
from event_logs.reading import open_log
from event_logs.warehouse import Warehouse
from mining.filters import Filter, read
from mining.filters.kept import kept
from webui import subjects
from webui.cli.database import now, open_database
from webui.database import reading_sessions
from webui.errors import Refused
from webui.settings import read_settings
from webui.subjects import Subject
from workflows import deployment
from workflows.errors import UnknownProcedure


def subject(word: str, mapping: Mapping[str, str] | None = None) -> Subject:
    """A file where there is one of that name, else an imported log, else a procedure that was deployed; raises UnknownLog.

    What is kept reads as on the pages: with the repairs that were accepted for it, and with its office hours or yardstick.
    """
    if Path(word).is_file():
        return Subject(open_log(Path(word), dict(mapping or {}) or None), {})
    settings, engine, name = read_settings(), open_database(), name_of(word)
    if name == word:
        _need_deployed(engine, word)
    return subjects.subject(settings, engine, name, now=now())


def _need_deployed(engine: Engine, key: str) -> None:
    with reading_sessions(engine)() as session:
        if not deployment.versions(session, key):
            raise UnknownLog(key)


def kept_log(name: str) -> tuple[EventLog, Mapping[str, object]]:
    """An imported log or a procedure's recorded events as they are on file, with what an XES file said of itself."""
    settings = read_settings()
    kept = Warehouse(settings.home, settings.mining_engine)
    if name in kept.names():
        return kept.load(name), kept.header(name)
    engine = open_database(settings)
    _need_deployed(engine, name)
    return kept.take_snapshot(engine, name, now=now(), zone=settings.zone.key), {}


def kept_objects(name: str, documents: Collection[str], *, completed: bool = False) -> ObjectLog:
    """The objects that were imported with a log; else those of its casework, the values of `documents` being documents.

    With `completed` the casework is told by its completed work alone.
    """
    settings = read_settings()
    try:
        return Warehouse(settings.home, settings.mining_engine).load_objects(name)
    except UnknownLog:
        return objects_of(kept_log(name)[0], documents, completed=completed)


def chosen(word: str, log: str) -> Filter:
    """What `--filter` means: a filter as it is written, or the name of one that was kept for that log; raises UnreadableFilter."""
    if "(" in word:
        return read(word)
    with reading_sessions(open_database())() as session:
        return kept(session, name_of(log), word).where


def name_of(log: str) -> str:
    """The name under which things are kept about a log: `log:` before that of an imported one, a procedure's key alone."""
    return f"log:{log}" if log in Warehouse(read_settings().home).names() else log


def models(word: str) -> tuple[Mapping[int, ProcessModel] | ProcessModel, tuple[TimeLimit, ...]]:
    """What `--model` means: a BPMN file, `procedure@version`, or a procedure with all its versions."""
    path = Path(word)
    if path.is_file():
        return read_bpmn(_bytes(path)), ()
    key, sign, number = word.partition("@")
    if sign and not number.isdecimal():
        raise Refused(f"{word!r} names no version; write it as {key}@1.")
    engine = open_database()
    with reading_sessions(engine)() as session:
        return _named(session, key, int(number) if sign else None)


def labels(ran: Mapping[int, ProcessModel] | ProcessModel | None, language: str) -> Callable[[str], str]:
    """What an activity is called: by the newest model that has it."""
    newest_first = [ran] if isinstance(ran, ProcessModel) else [ran[n] for n in sorted(ran or (), reverse=True)]  # type: ignore[index]

    def label(activity: str) -> str:
        return next((m.label(activity, language) for m in newest_first if m.has(activity)), activity)

    return label


def labels_of(name: str, language: str) -> Callable[[str], str]:
    """What the activities of a procedure are called; those of an imported log as they were recorded."""
    if name_of(name) != name:
        return str
    with reading_sessions(open_database())() as session:
        return labels({number: procedure.model for number, procedure in _deployed(session, name).items()}, language)


def _named(
    session: Session, key: str, number: int | None
) -> tuple[Mapping[int, ProcessModel] | ProcessModel, tuple[TimeLimit, ...]]:
    if number is not None:
        procedure = deployment.load(session, deployment.find_version(session, key, number))
        return procedure.model, procedure.time_limits
    deployed = _deployed(session, key)
    if deployed:
        newest = deployed[max(deployed)]
        return {n: procedure.model for n, procedure in deployed.items()}, newest.time_limits
    drawn = next((procedure for procedure in read_all_procedures() if procedure.key == key), None)
    if drawn is None:
        raise UnknownProcedure(key)
    return drawn.model, drawn.time_limits


def _deployed(session: Session, key: str) -> dict[int, Procedure]:
    return {version.number: deployment.load(session, version) for version in deployment.versions(session, key)}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
