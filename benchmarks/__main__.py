"""Run every benchmark, or those named: `python -m benchmarks [feel engine …]`; each prints its own ratios."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main(wanted: list[str]) -> None:
    present = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))
    unknown = [name for name in wanted if name not in present]
    if unknown:
        raise SystemExit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(present)}.")
    for name in wanted or present:
        print(f"\n== {name}", flush=True)
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
