"""Run every benchmark, or those named: `python -m benchmarks [feel engine …]`; each prints its own ratios.

Options go to a benchmark that is named alone: `python -m benchmarks warehouse --events 10000000`.
"""

from __future__ import annotations

import runpy
import sys
from itertools import takewhile
from pathlib import Path


def main(words: list[str]) -> None:
    present = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))
    wanted = list(takewhile(lambda word: not word.startswith("-"), words))
    options = words[len(wanted) :]
    if len(wanted) > 1 and wanted[0] in present and wanted[1] not in present:  # words of its own, as `engine quick`
        wanted, options = wanted[:1], words[1:]
    unknown = [name for name in wanted if name not in present]
    if unknown:
        raise SystemExit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(present)}.")
    if options and len(wanted) != 1:
        raise SystemExit(f"Whose option is {options[0]}? Name one benchmark before it: {', '.join(present)}.")
    for name in wanted or present:
        print(f"\n== {name}", flush=True)
        sys.argv = [f"benchmarks {name}", *options]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
