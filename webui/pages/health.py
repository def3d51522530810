"""Whether the product is up: for load balancers and monitoring."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from webui.answers import db
from webui.auth import PUBLIC, requires

page = Blueprint("health", __name__)


@page.get("/health")
@requires(PUBLIC)
def show() -> tuple[Response, int]:
    try:
        db().execute(sa.text("select 1"))
    except SQLAlchemyError:
        return jsonify(status="down", database="unreachable"), 503
    return jsonify(status="up", database="reachable"), 200
