"""Procedures as pages need them: the very version that a case runs on, its names, and its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.errors import UnknownElement
from bpmn.model import ProcessModel
from bpmn.procedure import Procedure
from webui.errors import NotFound
from webui.language import current_language
from workflows import deployment
from workflows.tables import Office, Officer, Post, ProcedureSource, ProcedureVersion, VersionState
from workflows.versions import Runnable


def named(names: Mapping[str, str], fallback: str = "") -> str:
    """The name in the language of the request, else the Chinese one, else any."""
    return names.get(current_language()) or names.get("zh") or next(iter(names.values()), "") or fallback


def load(session: Session, version: ProcedureVersion) -> Procedure:
    """The procedure of that version as it was deployed."""
    return deployment.load(session, version)


def find(session: Session, key: str, number: int) -> ProcedureVersion:
    found = session.scalars(
        select(ProcedureVersion).where(ProcedureVersion.key == key, ProcedureVersion.number == number)
    ).one_or_none()
    if found is None:
        raise NotFound("version", f"{key} {number}")
    return found


def of_case(session: Session, key: str, number: int) -> Procedure:
    return load(session, find(session, key, number))


def drawn_at(ready: Runnable, place: str) -> tuple[Procedure, str]:
    """The procedure that draws the element at this place, and its id there: what lies in a call is drawn by the called one.

    A place that the version does not have is taken for an element of its own procedure.
    """
    try:
        return ready.owner(place), place.rpartition("/")[2]
    except (UnknownElement, KeyError):
        return ready.procedure, place


def label_at(ready: Runnable, place: str) -> str:
    """What the screen calls the element at this place."""
    procedure, element = drawn_at(ready, place)
    return procedure.model.label(element, current_language())


def versions(session: Session, key: str) -> list[ProcedureVersion]:
    """All versions of a procedure, newest first; raises NotFound where there is none."""
    query = select(ProcedureVersion).where(ProcedureVersion.key == key).order_by(ProcedureVersion.number.desc())
    found = list(session.scalars(query))
    if not found:
        raise NotFound("procedure", key)
    return found


def in_use(session: Session, key: str) -> ProcedureVersion:
    """The active version, or the newest where none is active."""
    all_versions = versions(session, key)
    return next((v for v in all_versions if v.state == VersionState.ACTIVE), all_versions[0])


def newest(session: Session) -> list[ProcedureVersion]:
    """For every procedure the active version, or the newest where none is active, by key."""
    keys = session.scalars(select(ProcedureVersion.key).distinct().order_by(ProcedureVersion.key))
    return [in_use(session, key) for key in keys]


def diagram(session: Session, version: ProcedureVersion) -> bytes:
    """The BPMN file of that version, byte for byte."""
    sources = session.execute(
        select(ProcedureSource.path, ProcedureSource.content).where(ProcedureSource.version == version.id)
    )
    for path, content in sources:
        if path.endswith(".bpmn"):
            return content
    raise NotFound("diagram", f"{version.key} {version.number}")


def labels(model: ProcessModel) -> dict[str, str]:
    """Element id → name in the language of the request, for diagrams that are drawn in another one."""
    language = current_language()
    if language == "zh":
        return {}
    elements: Iterable[object] = (*model.nodes, *model.flows, *model.lanes)
    return {e.id: e.names[language] for e in elements if e.names.get(language)}  # type: ignore[attr-defined]


class Names:
    """Names of officers, offices, posts and procedures, each looked up once per page."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[type, str], str] = {}

    def officer(self, code: str | None) -> str:
        return self._of(Officer, code)

    def office(self, key: str | None) -> str:
        return self._of(Office, key)

    def post(self, key: str | None) -> str:
        return self._of(Post, key)

    def procedure(self, key: str) -> str:
        if (ProcedureVersion, key) not in self._known:
            newest_first = select(ProcedureVersion.names).where(ProcedureVersion.key == key)
            names = self._session.scalars(newest_first.order_by(ProcedureVersion.number.desc()).limit(1)).first()
            self._known[ProcedureVersion, key] = named(names, key) if names else key
        return self._known[ProcedureVersion, key]

    def _of(self, kind: type[Officer | Office | Post], key: str | None) -> str:
        if key is None:
            return ""
        if (kind, key) not in self._known:
            found: Any = self._session.get(kind, key)
            self._known[kind, key] = named(found.names, key) if found else key
        return self._known[kind, key]
