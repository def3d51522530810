"""Filters in words: which cases they choose, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from mining.filters import (
    And,
    Attribute,
    End,
    Endpoint,
    Filter,
    Fits,
    Follower,
    How,
    Measure,
    Most,
    Not,
    Of,
    Officers,
    Or,
    Path,
    Performance,
    Rework,
    Time,
    Variant,
    When,
)
from webui.language import translate
from webui.report_texts import duration, working_duration

Label = Callable[[str], str]
Say = Callable[..., str]


def words(where: Filter, label: Label, language: str, zone: ZoneInfo) -> str:
    """A filter as a phrase; `label` names activities, moments are told in the zone."""
    _ = partial(translate, language)

    def told(each: Filter) -> str:
        return words(each, label, language, zone)

    match where:
        case And(of):
            return _(" and ").join(f"({told(each)})" if isinstance(each, Or) else told(each) for each in of)
        case Or(of):
            return _(" or ").join(told(each) for each in of)
        case Not(of):
            return _("not (%(what)s)", what=told(of))
        case Time():
            return _time(_, where, zone)
        case Attribute():
            return _attribute(_, where, label, zone)
        case Endpoint(at, activities):
            names = _list(_, [label(each) for each in activities])
            text = _("begins with %(names)s") if at is End.STARTS else _("ends with %(names)s")
            return text % {"names": names}
        case Follower():
            return _follower(_, where, label, language)
        case Performance():
            return _performance(_, where, language)
    return _path(_, where, label)


def _list(_: Say, texts: list[str]) -> str:
    return _(" or ").join(texts)


def _time(_: Say, where: Time, zone: ZoneInfo) -> str:
    span = _range(_, *(None if at is None else _moment(at, zone) for at in (where.since, where.until)))
    text = {
        When.STARTED: _("began %(span)s"),
        When.ENDED: _("ended %(span)s"),
        When.ACTIVE: _("ran some time %(span)s"),
        When.CONTAINED: _("began and ended %(span)s"),
    }[where.when]
    return text % {"span": span}


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return local.strftime("%Y-%m-%d" if not (local.hour or local.minute) else "%Y-%m-%d %H:%M")


def _range(_: Say, least: str | None, most: str | None) -> str:
    if least is None:
        return _("up to %(most)s", most=most) if most is not None else _("at all")
    return (
        _("from %(least)s on", least=least) if most is None else _("from %(least)s to %(most)s", least=least, most=most)
    )


def _attribute(_: Say, where: Attribute, label: Label, zone: ZoneInfo) -> str:
    if where.test is Fits.MISSING:
        return _("has no %(name)s", name=where.name)
    if where.test is Fits.IN:
        named = label if where.name == "activity" else str
        what = _list(_, [named(value) for value in where.values])
    else:
        bounds = (where.least, where.most)
        what = _range(
            _, *(_moment(b, zone) if isinstance(b, datetime) else b if b is None else f"{b:g}" for b in bounds)
        )
    if where.of is Of.EVENT:
        return _("has an event with %(name)s %(what)s", name=where.name, what=what)
    return _("has %(name)s %(what)s", name=where.name, what=what)


def _follower(_: Say, where: Follower, label: Label, language: str) -> str:
    text = {
        How.DIRECTLY: _("%(then)s comes right after %(first)s"),
        How.EVENTUALLY: _("%(then)s comes some time after %(first)s"),
        How.NEVER: _("%(then)s never comes after %(first)s"),
    }[where.how]
    text %= {"first": label(where.first), "then": label(where.then)}
    if where.within is not None:
        text += _(", within %(length)s", length=duration(where.within, language))
    if where.officers is Officers.ANY:
        return text
    return text + (_(", by the same officer") if where.officers is Officers.SAME else _(", by different officers"))


def _performance(_: Say, where: Performance, language: str) -> str:
    working = where.measure in (Measure.LEAD_WORKING, Measure.WAITING_WORKING)
    told = working_duration if working else duration
    span = _range(_, *(None if bound is None else told(bound, language) for bound in (where.least, where.most)))
    if where.measure in (Measure.LEAD, Measure.LEAD_WORKING):
        return _("took %(span)s", span=span)
    return _("waited %(span)s", span=span)


def _path(_: Say, where: Filter, label: Label) -> str:
    match where:
        case Variant(Most.VARIANTS, of):
            return _("takes one of the %(n)s most frequent paths", n=f"{of:g}")
        case Variant(Most.SHARE, of):
            return _("takes one of the most frequent paths that hold %(share)s of the cases", share=f"{of:.0%}")
        case Path(activities):
            return _("takes exactly the path %(path)s", path=" → ".join(map(label, activities)))
        case Rework(None, times):
            return _("does an activity again, %(n)s times or more", n=times)
        case Rework(activity, times):
            return _("does %(activity)s again, %(n)s times or more", activity=label(str(activity)), n=times)
    return repr(where)
