"""A procedure: a model with its forms, decisions, posts and time limits, read from one folder or from kept sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bpmn.decisions import DecisionModel
from bpmn.errors import BpmnError, UnreadableProcedure
from bpmn.feel import FeelError, parse
from bpmn.model import Activity, EventNode, ProcessModel
from bpmn.procedure_clock import Clock, read_clock
from bpmn.procedure_costs import Costs, read_costs
from bpmn.procedure_parts import read_decisions, read_forms
from bpmn.reading import read_bpmn
from bpmn.toml_tables import Mistakes, Table

PROCEDURES = Path(__file__).parent / "procedures"
DESCRIPTION = "procedure.toml"
_KEPT = (".toml", ".bpmn", ".dmn", ".json")


class Category(StrEnum):
    APPROVAL = "approval"
    REFUND = "refund"
    REMINDER = "reminder"


class LimitKind(StrEnum):
    STATUTORY = "statutory"
    PROMISED = "promised"
    ACCEPTANCE = "acceptance"


class DayUnit(StrEnum):
    WORKING = "working_days"
    CALENDAR = "calendar_days"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long the case, or one activity of it, may take; `confirmed` says whether the basis was verified in a source."""

    kind: LimitKind
    days: int
    unit: DayUnit
    basis: str
    confirmed: bool
    source: str = ""
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class PostName:
    """A post that the procedure needs; `level` is the kind of office that has it."""

    key: str
    names: Mapping[str, str]
    level: str | None = None


@dataclass(frozen=True, slots=True)
class KeyTaxpayerRule:
    """Cases of which `when` (FEEL) is true go to one dedicated officer of `post`."""

    when: str
    post: str


@dataclass(frozen=True, slots=True)
class Application:
    """How a case begins: by a form, a message or the clock; which answers name the case and its taxpayer (FEEL)."""

    form: str | None = None
    message: str | None = None
    clock: str | None = None
    title: str | None = None
    taxpayer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One procedure as drawn and described.

    `forms` are form-js schemas by key, as the browser needs them (`bpmn.forms.read_form` gives their fields), `decisions`
    the decision models by the id of each decision in them. `sources` are the files that it was read from, by path inside its folder.
    """

    key: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    category: Category
    model: ProcessModel
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    posts: tuple[PostName, ...] = ()
    time_limits: tuple[TimeLimit, ...] = ()
    legal_basis: tuple[str, ...] = ()
    key_taxpayer: KeyTaxpayerRule | None = None
    application: Application = Application()
    clock: Clock | None = None
    costs: Costs | None = None
    sources: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def case_title(self) -> str | None:
        """The FEEL expression that names a case."""
        return self.application.title

    def label(self, language: str = "zh") -> str:
        return self.names.get(language) or self.names.get("zh") or self.key

    def description(self, language: str = "zh") -> str:
        return self.descriptions.get(language) or self.descriptions.get("zh", "")

    def post(self, key: str) -> PostName | None:
        return next((post for post in self.posts if post.key == key), None)


def read_procedure(folder: Path | str) -> Procedure:
    """The procedure of a folder; raises UnreadableProcedure with every mistake, its file and its place."""
    folder = Path(folder)
    if not (folder / DESCRIPTION).is_file():
        raise UnreadableProcedure(folder.name, (f"{folder / DESCRIPTION}: the file is missing.",))
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _KEPT)
    return procedure_from_sources({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def read_all_procedures(folder: Path | str = PROCEDURES) -> list[Procedure]:
    """All procedures below a folder, ours by default, in the order of their keys."""
    return [read_procedure(path.parent) for path in sorted(Path(folder).glob(f"*/{DESCRIPTION}"))]


def procedure_from_sources(sources: Mapping[str, bytes]) -> Procedure:
    """The procedure of kept files, by path inside its folder; raises UnreadableProcedure."""
    mistakes = Mistakes()
    table = _table(sources, mistakes)
    key = table.text("key")
    model = _model(sources, key, mistakes)
    forms, decisions = read_forms(sources, mistakes), read_decisions(sources, mistakes)
    fields = _described(table)
    table.close()
    if model is None or mistakes.found:
        raise UnreadableProcedure(key or "?", tuple(mistakes.found))
    procedure = Procedure(key=key, model=model, forms=forms, decisions=decisions, sources=dict(sources), **fields)
    _check_references(procedure, mistakes)
    if mistakes.found:
        raise UnreadableProcedure(key, tuple(mistakes.found))
    return procedure


def _table(sources: Mapping[str, bytes], mistakes: Mistakes) -> Table:
    try:
        content = tomllib.loads(sources.get(DESCRIPTION, b"").decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.add(DESCRIPTION, "", f"this is no TOML in UTF-8: {error}")
        content = {}
    return Table(content, DESCRIPTION, "", mistakes)


def _model(sources: Mapping[str, bytes], key: str, mistakes: Mistakes) -> ProcessModel | None:
    name = f"{key}.bpmn"
    if name not in sources:
        mistakes.add(name, "", "the drawing is missing; it is called after the procedure's key.")
        return None
    try:
        model = read_bpmn(sources[name])
    except BpmnError as error:
        mistakes.add(name, "", str(error))
        return None
    if model.key != key:
        mistakes.add(
            name, "process", f"the process is called {model.key!r} and the procedure {key!r}; give both one name."
        )
    return model


def _described(table: Table) -> dict[str, Any]:
    """The fields that `procedure.toml` alone decides."""
    return {
        "names": table.translations("name"),
        "descriptions": table.translations("description"),
        "category": table.choice("category", Category),
        "legal_basis": table.texts("legal_basis"),
        "posts": tuple(_post(entry) for entry in table.tables("post")),
        "time_limits": tuple(_time_limit(entry) for entry in table.tables("time_limit")),
        "key_taxpayer": _key_taxpayer(table.table("key_taxpayer")),
        "application": _application(table.table("application")),
        "clock": read_clock(table.table("clock")),
        "costs": read_costs(table.table("costs")),
    }


def _post(table: Table) -> PostName:
    key, level = table.text("key"), table.optional("level")
    names = {code: table.text(code) for code in ("zh", "en")}
    table.close()
    return PostName(key, names, level)


def _time_limit(table: Table) -> TimeLimit:
    limit = TimeLimit(
        kind=table.choice("kind", LimitKind),
        days=table.count("days"),
        unit=table.choice("unit", DayUnit),
        basis=table.text("basis"),
        confirmed=table.flag("confirmed"),
        source=table.optional("source") or "",
        activity=table.optional("activity"),
    )
    table.close()
    return limit


def _key_taxpayer(table: Table | None) -> KeyTaxpayerRule | None:
    if table is None:
        return None
    rule = KeyTaxpayerRule(table.text("when"), table.text("post"))
    table.close()
    return rule


def _application(table: Table | None) -> Application:
    if table is None:
        return Application()
    names = ("form", "message", "clock", "title", "taxpayer")
    application = Application(**{name: table.optional(name) for name in names})
    table.close()
    return application


def _check_references(procedure: Procedure, mistakes: Mistakes) -> None:
    """Forms, decisions, posts, activities and expressions that the parts name must exist."""
    drawing = f"{procedure.key}.bpmn"
    for node in procedure.model.nodes:
        if isinstance(node, Activity | EventNode):
            _check_one(mistakes, drawing, node.id, "form", node.form, procedure.forms)
        if isinstance(node, Activity):
            _check_one(mistakes, drawing, node.id, "decision", node.decision, procedure.decisions)
    _check_posts(procedure, drawing, mistakes)
    _check_description(procedure, mistakes)


def _check_one(
    mistakes: Mistakes, file: str, place: str, kind: str, name: str | None, known: Mapping[str, Any]
) -> None:
    if name and name not in known:
        there = ", ".join(sorted(known)) or "none"
        mistakes.add(file, place, f"the {kind} {name!r} does not exist; there is {there}.")


def _check_posts(procedure: Procedure, drawing: str, mistakes: Mistakes) -> None:
    known = {post.key: post for post in procedure.posts}
    holders: list[tuple[str, tuple[str, ...]]] = [(lane.id, lane.posts) for lane in procedure.model.lanes]
    holders += [(activity.id, activity.posts) for activity in procedure.model.activities]
    for place, posts in holders:
        for post in posts:
            _check_one(mistakes, drawing, place, "post", post, known)
    if procedure.key_taxpayer:
        _check_one(mistakes, DESCRIPTION, "key_taxpayer.post", "post", procedure.key_taxpayer.post, known)


def _check_description(procedure: Procedure, mistakes: Mistakes) -> None:
    _check_one(mistakes, DESCRIPTION, "application.form", "form", procedure.application.form, procedure.forms)
    activities = {activity.id: activity for activity in procedure.model.activities}
    for i, limit in enumerate(procedure.time_limits):
        _check_one(mistakes, DESCRIPTION, f"time_limit[{i}].activity", "activity", limit.activity, activities)
    posts = {post.key: post for post in procedure.posts}
    for post in procedure.costs.per_hour if procedure.costs else ():
        _check_one(mistakes, DESCRIPTION, "costs.rate", "post", post, posts)
    expressions = {
        "key_taxpayer.when": procedure.key_taxpayer.when if procedure.key_taxpayer else None,
        "application.title": procedure.application.title,
        "application.taxpayer": procedure.application.taxpayer,
        "clock.key": procedure.clock.key if procedure.clock else None,
    }
    for place, text in expressions.items():
        _check_expression(mistakes, place, text)


def _check_expression(mistakes: Mistakes, place: str, text: str | None) -> None:
    if text is None:
        return
    try:
        parse(text)
    except FeelError as error:
        mistakes.add(DESCRIPTION, place, str(error))
