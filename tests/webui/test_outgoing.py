"""What leaves the office leaves at least once, known by its key, whatever the receivers do."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.webui.receivers import MailBox, Post, http_receiver, smtp_receiver
from webui import outgoing, scheduler
from webui.errors import WrongSetting
from webui.outgoing.channel import Channel
from webui.outgoing.mail import Mail
from webui.outgoing.webhook import Webhook
from webui.settings import read_settings
from workflows import jobs, notifications
from workflows.database import create_schema, open_engine
from workflows.errors import NotOpen, UnknownMessage
from workflows.tables import OutgoingMessage

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KEY = "a secret of this test"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    engine = open_engine(url, durable=False)
    create_schema(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def post() -> Iterator[Post]:
    with http_receiver() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[MailBox]:
    with smtp_receiver() as found:
        yield found


def written(engine: Engine, **what: Any) -> int:
    with Session(engine) as session, session.begin():
        given = {"channel": "treasury", "name": "pay_out", "payload": {"amount": Decimal("2.50")}, "now": NOW, **what}
        message = notifications.enqueue(session, **given)
        session.flush()
        return message.id


def row(engine: Engine, id: int) -> OutgoingMessage:
    with Session(engine, expire_on_commit=False) as session:
        return session.get_one(OutgoingMessage, id)


def to(post: Post, patience: float = 5) -> dict[str, Channel]:
    return {"treasury": Webhook(post.address, KEY, patience)}


def test_a_webhook_gets_the_message_with_key_and_signature(engine: Engine, post: Post) -> None:
    id = written(engine, correlation="REF-1")
    assert outgoing.send_due(engine, to(post), NOW) == 1
    ((headers, body),) = post.came
    told = json.loads(body)
    assert (told["name"], told["payload"], told["correlation"]) == ("pay_out", {"amount": "2.50"}, "REF-1")
    assert headers["Idempotency-Key"] == told["key"] == row(engine, id).key
    signed = hmac.new(KEY.encode(), headers["Qiangji-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Qiangji-Signature"] == f"v1={signed}"
    assert row(engine, id).sent_at == NOW and outgoing.send_due(engine, to(post), NOW) == 0


def test_what_is_taken_back_never_leaves(engine: Engine, post: Post) -> None:
    with Session(engine) as session:
        notifications.enqueue(session, channel="treasury", name="pay_out", payload={}, now=NOW)
        session.flush()
        session.rollback()
    assert outgoing.send_due(engine, to(post), NOW) == 0 and post.came == []


def test_a_receiver_that_fails_is_tried_again_with_growing_pauses_and_the_same_key(engine: Engine, post: Post) -> None:
    post.answers += [500, 503, 302]
    id = written(engine)
    now, pauses = NOW, []
    while row(engine, id).sent_at is None:
        assert outgoing.send_due(engine, to(post), now) == 1
        pauses.append(row(engine, id).next_try_at - now)
        assert outgoing.send_due(engine, to(post), now) == 0, "not before its time"
        now = row(engine, id).next_try_at
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert len(post.came) == 4 and len(set(post.keys)) == 1


def test_a_receiver_that_hangs_is_left_and_others_are_served_meanwhile(engine: Engine, post: Post) -> None:
    post.answers += [0]
    first = written(engine)
    began = time.monotonic()
    outgoing.send_due(engine, to(post, patience=0.5), NOW)
    assert time.monotonic() - began < 5
    assert "timed out" in (row(engine, first).error or "")


def test_a_receiver_that_answers_sign_by_sign_is_cut_off(engine: Engine, post: Post) -> None:
    """Each sign comes in time, the whole answer does not."""
    post.answers += [1]
    first, second = written(engine), written(engine)
    began = time.monotonic()
    outgoing.send_due(engine, {"treasury": Webhook(post.address, KEY, patience=5, most=0.4)}, NOW)
    assert time.monotonic() - began < 5
    assert "could not be reached" in (row(engine, first).error or "") and row(engine, first).sent_at is None
    assert row(engine, second).sent_at is not None


def test_sending_holds_no_lock(engine: Engine, post: Post) -> None:
    post.answers += [0]
    written(engine)
    sending = threading.Thread(target=outgoing.send_due, args=(engine, to(post, patience=20), NOW))
    sending.start()
    while not post.came:
        time.sleep(0.01)
    began = time.monotonic()
    second = written(engine)  # on SQLite a held transaction would keep this out
    assert time.monotonic() - began < 1
    assert outgoing.send_due(engine, to(post), NOW) == 1 and row(engine, second).sent_at == NOW
    post.released.set()
    sending.join()


def test_a_message_whose_sender_died_is_sent_again_with_the_same_key(engine: Engine, post: Post) -> None:
    id = written(engine)
    with Session(engine) as session, session.begin():
        (held,) = notifications.hold(session, NOW, channels=["treasury"])
        letter = outgoing.Letter.of(held)
    to(post)["treasury"].deliver(letter, NOW)  # … and it died before it could note that
    assert outgoing.send_due(engine, to(post), NOW + timedelta(minutes=1)) == 0, "it may still be at it"
    assert outgoing.send_due(engine, to(post), NOW + notifications.HELD) == 1
    assert post.keys == [row(engine, id).key] * 2


def test_a_job_that_comes_twice_sends_once(engine: Engine, post: Post) -> None:
    id = written(engine)
    for _ in range(2):
        outgoing.send(engine, {"message": id, "tried": 0}, NOW, to(post))
    assert len(post.came) == 1


def test_what_cannot_be_sent_dies_and_a_person_sends_it_again(engine: Engine, post: Post) -> None:
    post.answers += [500] * notifications.MOST_TRIES
    id, now = written(engine), NOW
    while row(engine, id).dead_at is None:
        now = row(engine, id).next_try_at
        outgoing.send_due(engine, to(post), now)
    assert len(post.came) == notifications.MOST_TRIES and timedelta(days=2) < now - NOW < timedelta(days=4)
    assert outgoing.send_due(engine, to(post), now + timedelta(days=9)) == 0
    with Session(engine) as session, session.begin():
        (found,) = notifications.dead(session)
        notifications.send_again(session, found, now=now)
    assert outgoing.send_due(engine, to(post), now) == 1 and row(engine, id).sent_at == now
    with pytest.raises(NotOpen, match="sent"), Session(engine) as session:
        notifications.send_again(session, id, now=now)
    with pytest.raises(UnknownMessage), Session(engine) as session:
        notifications.send_again(session, 4711, now=now)


def test_a_receiver_that_is_gone_for_good_is_not_asked_again(engine: Engine, post: Post) -> None:
    post.answers += [410]
    id = written(engine)
    outgoing.send_due(engine, to(post), NOW)
    assert row(engine, id).dead_at == NOW


def test_a_mail_is_sent_with_the_same_id_for_every_try(engine: Engine, mailbox: MailBox) -> None:
    mailbox.refused["taxpayer@example.org"] = 451
    id = written(
        engine, channel="mail", recipient="taxpayer@example.org", payload={"subject": "通知", "text": "请补正。"}
    )
    ways = {"mail": Mail(mailbox.address, "office@example.org")}
    outgoing.send_due(engine, ways, NOW)
    assert "451" in (row(engine, id).error or "") and row(engine, id).dead_at is None
    mailbox.refused.clear()
    outgoing.send_due(engine, ways, row(engine, id).next_try_at)
    (text,) = mailbox.mails
    mail = email.message_from_bytes(text, policy=default)
    assert (mail["Subject"], mail["Message-ID"]) == ("通知", f"<{row(engine, id).key}@example.org>")
    assert mail.get_content().strip() == "请补正。"  # type: ignore[attr-defined]


@pytest.mark.parametrize("recipient", ["nobody@example.org", "no address"])
def test_a_mail_to_nobody_dies_at_once(engine: Engine, mailbox: MailBox, recipient: str) -> None:
    mailbox.refused["nobody@example.org"] = 550
    id = written(engine, channel="mail", recipient=recipient)
    outgoing.send_due(engine, {"mail": Mail(mailbox.address, "office@example.org")}, NOW)
    assert row(engine, id).dead_at == NOW and mailbox.mails == []


def test_a_channel_that_nobody_set_keeps_its_messages(engine: Engine, post: Post) -> None:
    id = written(engine, channel="letter")
    assert outgoing.send_due(engine, to(post), NOW) == 0 and row(engine, id).dead_at is None


@pytest.mark.slow
def test_a_worker_sends_what_is_written_while_another_receiver_hangs(engine: Engine, post: Post) -> None:
    ways = to(post, patience=15)
    post.answers += [0]

    def clock() -> datetime:
        return datetime.now(UTC)

    worker = jobs.worker(engine, scheduler.work(ways, read_settings({})), clock)
    worker.start()
    ids = [written(engine, now=clock()) for _ in range(6)]
    outgoing.dispatch(engine, ways, clock())
    deadline = time.monotonic() + 10
    while sum(row(engine, id).sent_at is not None for id in ids) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    post.released.set()
    worker.stop()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"QIANGJI_MAIL": "http://host"}, "QIANGJI_MAIL"),
        ({"QIANGJI_MAIL": "smtp://host"}, "QIANGJI_MAIL_FROM"),
        ({"QIANGJI_WEBHOOKS": "treasury"}, "QIANGJI_WEBHOOKS"),
        ({"QIANGJI_WEBHOOKS": "treasury=https://host/in"}, "QIANGJI_WEBHOOK_KEY"),
        ({"QIANGJI_WEBHOOK_KEY": "short"}, "QIANGJI_WEBHOOK_KEY"),
    ],
)
def test_half_a_channel_stops_the_start(given: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named):
        read_settings(given)


def test_channels_are_those_of_the_settings() -> None:
    given = {
        "QIANGJI_MAIL": "smtp://host",
        "QIANGJI_MAIL_FROM": "office@example.org",
        "QIANGJI_WEBHOOKS": "treasury=https://host/in sms=http://other:8080/sms",
        "QIANGJI_WEBHOOK_KEY": KEY,
    }
    assert set(outgoing.channels(read_settings(given))) == {"mail", "treasury", "sms"}
