"""Why a piece of work came to this desk, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webui.catalogue import Names
from webui.language import gettext as _


def because(why: Mapping[str, Any] | None, names: Names) -> str:
    """The sentence of a routing reason `{"key": …, parameters…}`; empty where none was recorded."""
    if not why:
        return ""
    sentences = [_main(why, names)]
    if absent := why.get("stands_in_for"):
        sentences.append(_("%(name)s is absent; you stand in.", name=names.officer(absent)))
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
    sentences = {
        "dedicated": _("A key taxpayer: its dedicated officer does the work."),
        "only_one": _("Only one officer can do this now."),
        "lowest_load": _("Fewest open tasks (%(load)s) of %(n)s officers who may do it.", load=load, n=candidates),
        "longest_idle": _("As few open tasks (%(load)s) as others, and longest without new work.", load=load),
        "nobody_eligible": _("No officer holds the post now; it waits in the pool."),
        "four_eyes_excludes_all": _(
            "Everybody who could do it has already worked on this case; a second person is needed."
        ),
        "claimed": _("Claimed from the pool."),
        "returned": _("Came back to the officer who did it before."),
        "same_officer": _("Came back to the officer who did it before."),
        "reassigned": _(
            "Passed on by %(name)s: %(reason)s", name=names.officer(why.get("by")), reason=why.get("reason", "")
        ),
        "released": _("Given back to the pool."),
    }
    key = str(why.get("key", ""))
    return sentences.get(key, key)
