"""`python -m tests.event_logs.fuzz --files 10000 --seed 1`: spoilt files of every kind through the product's own import.

They are read in processes with a limit of time and memory that are begun anew when one dies. Printed are the counts by kind and
outcome; what must not happen is told file by file, with the seed that makes the file again.
"""

from __future__ import annotations

import argparse
from collections import Counter

from tests.event_logs.fuzz.judged import RIGHT, Outcome
from tests.event_logs.fuzz.running import Told, run, wanted
from tests.event_logs.fuzz.whole import WHOLE

SHOWN = 40


def table(told: list[Told]) -> str:
    counts = Counter((one.kind, one.outcome) for one in told)
    lines = [f"{'kind':18}" + "".join(f"{outcome:>26}" for outcome in Outcome)]
    for kind in sorted({one.kind for one in told}):
        lines.append(f"{kind:18}" + "".join(f"{counts[kind, outcome]:>26,}" for outcome in Outcome))
    totals = [sum(counts[kind, outcome] for kind in WHOLE) for outcome in Outcome]
    return "\n".join([*lines, f"{'all':18}" + "".join(f"{total:>26,}" for total in totals)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=[*WHOLE], action="append")
    given = parser.parse_args()
    told = list(run(wanted(given.kind or [*WHOLE], given.files, given.seed)))
    print(table(told))
    wrong = [one for one in told if one.outcome not in RIGHT]
    print(
        f"{len(told):,} files, {len(wrong):,} wrong; most memory in a process {max(one.peak for one in told):,.0f} MB"
    )
    for one in wrong[:SHOWN]:
        print(f"{one.outcome}: {one.kind} {one.seed} after {', '.join(one.harms)}: {one.said}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
