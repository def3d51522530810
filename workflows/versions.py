"""Deployed versions made ready to run, kept in memory by the digest of their sources: a version never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.decisions import DecisionModel
from bpmn.forms import Form
from bpmn.model import Activity, ActivityKind
from bpmn.procedure import Procedure, procedure_from_sources
from workflows.deciding import read_decisions
from workflows.engine import Plan, prepare
from workflows.errors import UnknownProcedure
from workflows.filling_in import read_forms
from workflows.tables import ProcedureSource, ProcedureVersion, VersionState

CALLED = "called/"  # sources of called procedures lie below this path, frozen with the version that calls them
MOST_LOADED = 256


@dataclass(frozen=True)
class Runnable:
    """A version ready to run: its procedure, those that it calls, and the engine's plan."""

    digest: str
    procedure: Procedure
    called: Mapping[str, Procedure]
    plan: Plan
    decisions: Mapping[str, Mapping[str, DecisionModel]]  # by procedure

    forms: Mapping[str, Mapping[str, Form]]  # by procedure

    def form(self, place: str, key: str | None) -> Form | None:
        """The form of that key, of the procedure that draws the element at this place."""
        return self.forms[self.owner(place).key].get(key) if key else None

    def decisions_at(self, place: str) -> Mapping[str, DecisionModel]:
        return self.decisions[self.owner(place).key]

    def owner(self, place: str) -> Procedure:
        """The procedure that draws the element at this place (`pay/order` lies in what the call activity `pay` calls)."""
        owner = self.procedure
        for step in place.split("/")[:-1]:
            owner = self.called[owner.model.activity(step).called or ""]
        return owner


@dataclass
class _Shelf:
    """The most recently used versions, for all threads."""

    loaded: OrderedDict[str, Runnable] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, digest: str) -> Runnable | None:
        with self.lock:
            found = self.loaded.get(digest)
            if found is not None:
                self.loaded.move_to_end(digest)
            return found

    def put(self, runnable: Runnable) -> None:
        with self.lock:
            self.loaded[runnable.digest] = runnable
            while len(self.loaded) > MOST_LOADED:
                self.loaded.popitem(last=False)


_SHELF = _Shelf()


def digest_of(sources: Mapping[str, bytes]) -> str:
    """SHA-256 over the paths and contents of all sources."""
    digest = sha256()
    for path in sorted(sources):
        for part in (path.encode(), sources[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def runnable(session: Session, digest: str) -> Runnable:
    """The version with these sources, from memory or from the database; raises UnknownProcedure."""
    found = _SHELF.find(digest)
    if found is None:
        version = session.scalars(select(ProcedureVersion.id).where(ProcedureVersion.digest == digest).limit(1)).first()
        if version is None:
            raise UnknownProcedure(digest)
        rows = session.scalars(select(ProcedureSource).where(ProcedureSource.version == version))
        found = make(digest, {row.path: row.content for row in rows})
        _SHELF.put(found)
    return found


def make(digest: str, sources: Mapping[str, bytes]) -> Runnable:
    """A version from its sources, those of the procedures it calls included; raises CannotRun."""
    own, called = split(sources)
    procedure = procedure_from_sources(own)
    procedures = {key: procedure_from_sources(files) for key, files in called.items()}
    plan = prepare(procedure.model, {key: found.model for key, found in procedures.items()})
    decisions = {found.key: read_decisions(found) for found in (procedure, *procedures.values())}
    forms = {found.key: read_forms(found) for found in (procedure, *procedures.values())}
    return Runnable(digest, procedure, procedures, plan, decisions, forms)


def split(sources: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, dict[str, bytes]]]:
    """The procedure's own files, and those of each called procedure."""
    own: dict[str, bytes] = {}
    called: dict[str, dict[str, bytes]] = {}
    for path, content in sources.items():
        if path.startswith(CALLED):
            key, _, rest = path.removeprefix(CALLED).partition("/")
            called.setdefault(key, {})[rest] = content
        else:
            own[path] = content
    return own, called


def with_called(session: Session, procedure: Procedure) -> dict[str, bytes]:
    """The procedure's sources together with those of the active versions that it calls, directly or through others."""
    sources = dict(procedure.sources)
    for key in sorted(calls(procedure)):
        version = active(session, key)
        if version is not None:
            own, deeper = split(sources_of(session, version))
            for called, files in {key: own, **deeper}.items():
                sources |= {f"{CALLED}{called}/{path}": content for path, content in files.items()}
    return sources


def calls(procedure: Procedure) -> set[str]:
    return {node.called for node in procedure.model.activities if _is_call(node) and node.called}


def _is_call(node: Activity) -> bool:
    return node.kind is ActivityKind.CALL


def sources_of(session: Session, version: ProcedureVersion) -> dict[str, bytes]:
    rows = session.scalars(select(ProcedureSource).where(ProcedureSource.version == version.id))
    return {row.path: row.content for row in rows}


def active(session: Session, key: str) -> ProcedureVersion | None:
    return session.scalars(
        select(ProcedureVersion).where(ProcedureVersion.key == key, ProcedureVersion.state == VersionState.ACTIVE)
    ).first()
