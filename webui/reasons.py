"""Why a piece of work came to this desk, as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from webui.catalogue import Names
from webui.language import gettext as _
from workflows.routing import Considered


def because(why: Mapping[str, Any] | None, names: Names) -> str:
    """The sentence of a routing reason `{"key": …, parameters…}`; empty where none was recorded."""
    if not why:
        return ""
    sentences = [_main(why, names)]
    if dedicated := why.get("instead_of"):
        sentences.append(_("The taxpayer's own officer %(name)s cannot do it now.", name=names.officer(dedicated)))
    if absent := why.get("stands_in_for"):
        sentences.append(_("%(name)s is absent; you stand in.", name=names.officer(absent)))
    if why.get("skills") and why.get("key") != "nobody_skilled":
        sentences.append(_("Skills needed: %(skills)s.", skills=skills(why["skills"])))
    if above := why.get("office_above"):
        sentences.append(
            _(
                "Nobody of the case's own office holds the post, so it went up to %(office)s.",
                office=names.office(above),
            )
        )
    return " ".join(sentences)


def _main(why: Mapping[str, Any], names: Names) -> str:
    load, candidates = why.get("load", 0), why.get("candidates", 0)
    match why.get("key"):
        case "dedicated":
            return _("A key taxpayer: its dedicated officer does the work.")
        case "only_one":
            return _("Only one officer can do this now.")
        case "lowest_load":
            return _("Fewest open tasks (%(load)s) of %(n)s officers who may do it.", load=load, n=candidates)
        case "longest_idle":
            return _("As few open tasks (%(load)s) as others, and longest without new work.", load=load)
        case "nobody_eligible":
            return _("No officer holds the post now; it waits in the pool.")
        case "four_eyes_excludes_all":
            return _("Everybody who could do it has already worked on this case; a second person is needed.")
        case "nobody_skilled":
            return _("Nobody who holds the post has the skills: %(skills)s.", skills=skills(why.get("skills")))
        case "claimed":
            return _("Claimed from the pool.")
        case "returned" | "same_officer":
            return _("Came back to the officer who did it before.")
        case "reassigned":
            by, reason = names.officer(why.get("by")), why.get("reason", "")
            return _("Passed on by %(name)s: %(reason)s", name=by, reason=reason)
        case "released":
            return _("Given back to the pool.")
        case other:
            return str(other or "")


def skills(wanted: Iterable[str] | None) -> str:
    """`english:2` as a person reads it."""
    return ", ".join(skill.replace(":", " ≥ ") for skill in wanted or ())


def standing_to(one: Considered, names: Names, label: Callable[[str], str]) -> str:
    """How an officer stands to a task, and why, as a sentence."""
    first = one.detail[0] if one.detail else ""
    sentences = {
        "holds_it": _("holds it"),
        "may": _("may do it; %(n)s open tasks", n=one.load),
        "higher_office": _("may do it, but sits at a higher office"),
        "four_eyes": _("may not: did %(activity)s in this case", activity=label(first)),
        "lacks_skill": _("may not: lacks the skill %(skills)s", skills=", ".join(one.detail)),
        "absent": _("is absent; %(name)s stands in", name=names.officer(first)) if first else _("is absent"),
    }
    said = sentences[one.key]
    return f"{said} ({_('for %(name)s', name=names.officer(one.stands_in_for))})" if one.stands_in_for else said
