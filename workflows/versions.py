"""Deployed versions made ready to run, kept in memory by the digest of their sources: a version never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.decisions import DecisionModel
from bpmn.forms import Form
from bpmn.model import Activity, ActivityKind, AnyNode
from bpmn.procedure import Procedure, procedure_from_sources
from workflows.deciding import read_decisions
from workflows.engine import Plan, prepare
from workflows.errors import UnknownProcedure
from workflows.filling_in import read_forms
from workflows.tables import BoundVersion, ProcedureSource, ProcedureVersion, VersionState

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
    numbers: Mapping[str, int] = field(default_factory=dict)  # of the versions that it calls, as far as they are known

    @cached_property
    def latest(self) -> tuple[Activity, ...]:
        """The call activities that run what is active when the call begins."""
        return tuple(node for node in self.procedure.model.activities if _is_call(node) and node.calls_latest)

    @cached_property
    def posts(self) -> Mapping[str, tuple[str, ...]]:
        """By the place of each task of a person: the posts whose officers may do it."""
        return {
            place: self.owner(place).model.posts(node.id) for place, node in self.plan.nodes.items() if _is_task(node)
        }

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
        sources = _sources(session, digest)
        found = replace(make(digest, sources), numbers=_numbers(session, sources))
        _SHELF.put(found)
    return found


def _sources(session: Session, digest: str) -> dict[str, bytes]:
    version = session.scalars(select(ProcedureVersion).where(ProcedureVersion.digest == digest).limit(1)).first()
    if version is not None:
        return sources_of(session, version)
    bound = session.get(BoundVersion, digest)
    if bound is None:
        raise UnknownProcedure(digest)
    sources = sources_of(session, session.get_one(ProcedureVersion, bound.version))
    for key, number in bound.called.items():
        wanted = (ProcedureVersion.key == key, ProcedureVersion.number == number)
        sources = _with(session, sources, key, session.scalars(select(ProcedureVersion).where(*wanted)).one())
    return sources


def _with(session: Session, sources: Mapping[str, bytes], key: str, version: ProcedureVersion) -> dict[str, bytes]:
    """The same sources, calling this version of that procedure."""
    kept = {path: content for path, content in sources.items() if not path.startswith(f"{CALLED}{key}/")}
    own, deeper = split(sources_of(session, version))
    for called, files in {key: own, **deeper}.items():
        kept |= {f"{CALLED}{called}/{path}": content for path, content in files.items()}
    return kept


def _numbers(session: Session, sources: Mapping[str, bytes]) -> dict[str, int]:
    """Which version each called procedure is, found again by its sources; one that itself calls others by its own alone."""
    called = split(sources)[1]
    digests = {digest_of(files): key for key, files in called.items()}
    rows = session.execute(
        select(ProcedureVersion.digest, ProcedureVersion.number).where(ProcedureVersion.digest.in_(digests))
    )
    return {digests[row.digest]: row.number for row in rows}


def bind(session: Session, version: Runnable, number: int, occupied: Callable[[str], bool]) -> Runnable:
    """The version as its latest calls have it now. What a call is at work in (`occupied`, by place) stays as it is.

    `number` is that of the version itself; it is kept under a digest of its own with what it calls.
    """
    keys = {node.called or "" for node in version.latest}
    busy = {node.called for node in version.procedure.model.activities if _is_call(node) and occupied(node.id)}
    newest = {key: found for key in sorted(keys - busy) if (found := active(session, key)) is not None}
    if all(version.numbers.get(key) == found.number for key, found in newest.items()):
        return version
    sources = _sources(session, version.digest)
    for key, found in newest.items():
        sources = _with(session, sources, key, found)
    digest = digest_of(sources)
    own = select(ProcedureVersion).where(
        ProcedureVersion.key == version.procedure.key, ProcedureVersion.number == number
    )
    known = select(ProcedureVersion.id).where(ProcedureVersion.digest == digest).limit(1)
    if session.scalar(known) is None and session.get(BoundVersion, digest) is None:
        calls_now = {**version.numbers, **{key: found.number for key, found in newest.items()}}
        session.add(BoundVersion(digest=digest, version=session.scalars(own).one().id, called=calls_now))
        session.flush()
    return runnable(session, digest)


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


def _is_task(node: AnyNode) -> bool:
    return isinstance(node, Activity) and node.kind in (ActivityKind.USER, ActivityKind.MANUAL)


def _is_call(node: Activity) -> bool:
    return node.kind is ActivityKind.CALL


def sources_of(session: Session, version: ProcedureVersion) -> dict[str, bytes]:
    rows = session.scalars(select(ProcedureSource).where(ProcedureSource.version == version.id))
    return {row.path: row.content for row in rows}


def active(session: Session, key: str) -> ProcedureVersion | None:
    return session.scalars(
        select(ProcedureVersion).where(ProcedureVersion.key == key, ProcedureVersion.state == VersionState.ACTIVE)
    ).first()
