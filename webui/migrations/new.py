"""Writes a migration for what the tables say and the newest migration does not: `python -m webui.migrations.new "…"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from webui.database import MIGRATIONS, alembic_config, migrate
from workflows.database import open_engine


def main(message: str) -> None:
    """Compares an empty database at the newest migration with the tables and writes the next file, numbered in order."""
    number = len(list((MIGRATIONS / "versions").glob("*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
        if number > 1:
            migrate(engine)
        with engine.connect() as connection:
            command.revision(alembic_config(connection), message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    main(sys.argv[1])
