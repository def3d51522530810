"""Keep every situation as this version of the engine leaves it."""

from __future__ import annotations

import sys

from tests.workflows.situations import FOLDER, SITUATIONS, tell


def main(version: str) -> None:
    folder = FOLDER / version
    folder.mkdir(parents=True)
    for name in SITUATIONS:
        (folder / f"{name}.json").write_text(tell(name, version), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
