"""Keep every situation as this version of the product leaves it."""

from __future__ import annotations

import sys

from sqlalchemy.orm import Session

from event_logs import typed_json
from tests.builders import small_office
from tests.workflows.situations import FOLDER, SITUATIONS, in_the_office, tell
from workflows.database import create_schema, open_engine


def main(version: str) -> None:
    folder = FOLDER / version
    (folder / "office").mkdir(parents=True)
    for name in SITUATIONS:
        (folder / f"{name}.json").write_text(tell(name, version), encoding="utf-8")
    (folder / "office" / "cases.json").write_text(office(version), encoding="utf-8")


def office(version: str) -> str:
    """The cases of a small office in a database of its own."""
    engine = open_engine("sqlite://")
    create_schema(engine)
    with in_the_office.noting(), Session(engine) as session, session.begin():
        small_office(session)
        told = in_the_office.kept(session, version)
    return typed_json.dumps(told).replace(',{"', ',\n{"') + "\n"


if __name__ == "__main__":
    main(sys.argv[1])
