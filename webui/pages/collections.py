"""Which foreign databases are asked by schedule, how that went, and what other systems pushed."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response
from sqlalchemy.engine import make_url

from event_logs.collecting import aside, collected_logs
from event_logs.collecting.tables import Collection
from webui.answers import answer, db
from webui.auth import Right, requires

page = Blueprint("collections", __name__)


@page.get("/analysis/collections")
@requires(Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    found = db().scalars(sa.select(Collection).order_by(Collection.name)).all()
    places = {one.name: make_url(one.url).render_as_string(hide_password=True) for one in found}
    return answer(
        "collections.html",
        collections=found,
        places=places,
        logs=collected_logs(db()),
        reasons=aside.last_reasons(db()),
    )
