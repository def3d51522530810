"""What is wrong with the labels of a log, kind by kind, each looked for in what the kinds before have put right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from event_logs.log import EventLog
from event_logs.quality.contexts import Contexts, contexts
from event_logs.quality.forms import OneForm, form_based
from event_logs.quality.homonyms import Homonym, homonymous
from event_logs.quality.labels import Names, distorted, polluted, synonymous


@dataclass(frozen=True)
class Defects:
    """The five kinds of defects of labels (after Suriadi et al., Event log imperfection patterns, Information Systems 64, 2017)."""

    polluted: Names
    distorted: Names
    synonymous: Names
    homonymous: tuple[Homonym, ...]
    form_based: tuple[OneForm, ...]

    @cached_property
    def names(self) -> Names:
        """What every wrong label should be: a distorted name of a polluted label is followed to its end."""
        found: dict[str, str] = {}
        for names in (self.synonymous, self.distorted, self.polluted):
            found |= {label: found.get(meant, meant) for label, meant in names.items()}
        return found


def defects(log: EventLog) -> Defects:
    """All defects of a log's labels; the work grows with its distinct labels and neighbourhoods, not with its events."""
    return defects_in(contexts(log))


def defects_in(company: Contexts) -> Defects:
    with_numbers = polluted(company.counts)
    company = company.named(with_numbers)
    slips = distorted(company)
    company = company.named(slips)
    others = synonymous(company)
    company = company.named(others)
    return Defects(with_numbers, slips, others, tuple(homonymous(company)), tuple(form_based(company)))
