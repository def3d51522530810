"""The procedure that is worked under fire: people, a worker elsewhere, a register, a message and a deadline in each case."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bpmn.model import Assignment, Lane, Trigger
from bpmn.procedure import Procedure
from tests.builders import after, both, catch, end, model, procedure, service, small_office, start, user, xor
from webui.database import migrate
from workflows import deployment, external

KEY, TOPIC, WORKER = "chaotic", "archive", "robot"


def now() -> datetime:
    return datetime.now(UTC)


def chaotic() -> Procedure:
    """Accept; two at once, one of them elsewhere; approve, perhaps again; enter, order the payment; a moment later it ends."""
    drawn = model(
        start(lane="desk"),
        user("accept", lane="desk"),
        both("s", lane="desk"),
        user("check", lane="desk"),
        service("archive", f"external:{TOPIC}", lane="desk", outputs=(Assignment("archived_by", "token"),)),
        both("j", lane="desk"),
        xor("m", lane="desk"),
        user("approve", lane="desk"),
        xor("d", default="d__enter", lane="desk"),
        service(
            "enter",
            "record.write",
            lane="desk",
            inputs=(Assignment("register", '"chaos"'), Assignment("subject", "case_number")),
            outputs=(),
        ),
        service(
            "pay",
            "treasury.order_pay_out",
            lane="desk",
            inputs=(Assignment("amount", "12.50"), Assignment("account", '"1"'), Assignment("payee", '"x"')),
        ),
        catch("settle", Trigger.TIMER, timer=after('duration("PT1S")'), lane="desk"),
        end(lane="desk"),
        paths=[
            "start > accept > s > check > j > m > approve > d > enter > pay > settle > end",
            "s > archive > j",
            "d > m : again = true",
        ],
        key=KEY,
        lanes=(Lane(id="desk", posts=("clerk",)),),
    )
    return procedure(drawn, posts=["reviewer", "head", "leader"])


def furnish(engine: Engine) -> None:
    """A migrated database with a small office where the procedure is in use."""
    migrate(engine)
    with Session(engine) as session, session.begin():
        small_office(session, clerks=6)
        external.add_worker(session, WORKER, [TOPIC], now=now())
        deployment.activate(session, deployment.deploy(session, chaotic(), now=now()), now=now())
