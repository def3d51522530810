"""Cases that wait for a program elsewhere go on with another version: their work is offered as it is drawn now."""

from __future__ import annotations

import pytest

from bpmn.model import ProcessModel
from tests.builders import service
from tests.workflows.conftest import Office
from tests.workflows.test_migration import KEY, deployed, line, opened
from workflows import external, migration
from workflows.errors import NotOpen
from workflows.tables import Case, ExternalTask, Worker


def archiving(topic: str) -> ProcessModel:
    return line(service("store", topic))


def test_work_is_offered_under_the_topic_of_the_new_version_and_again_under_the_old_one(office: Office) -> None:
    deployed(office, archiving("external:paper"))
    case = opened(office)
    with office.begin() as session:
        for topic in ("paper", "film"):
            external.add_worker(session, topic, [topic], now=office.now)
        (held,) = external.fetch(session, session.get_one(Worker, "paper"), now=office.now)
    deployed(office, archiving("external:film"))
    with office.begin() as session:
        begun = migration.begin(session, migration.plan(session, KEY, 1, 2), by="h1", reason="film", now=office.now)
        migration.migrate_next(session, begun, now=office.now)
        assert session.get_one(ExternalTask, held.id).topic == "film"
        with pytest.raises(NotOpen):
            external.complete(session, held.id, session.get_one(Worker, "paper"), {}, now=office.now)
        (work,) = external.fetch(session, session.get_one(Worker, "film"), now=office.now)
        assert work.case == case
    with office.begin() as session:
        migration.undo(session, session.merge(begun), case, by="h1", reason="no film left", now=office.now)
        (work,) = external.fetch(session, session.get_one(Worker, "paper"), now=office.now)
        external.complete(session, work.id, session.get_one(Worker, "paper"), {}, now=office.now)
        found = session.get_one(Case, case)
        assert (found.version, found.state) == (1, "completed")


def test_a_case_stays_where_no_program_does_the_work_any_more(office: Office) -> None:
    deployed(office, archiving("external:paper"))
    opened(office)
    deployed(office, archiving("notice.send"))
    with office.begin() as session:
        (look,) = migration.dry_run(session, migration.plan(session, KEY, 1, 2), now=office.now)
        assert look.hindrances == ("other_kind:store",)
