"""`qiangji discover`: models drawn from what a log did."""

from __future__ import annotations

from pathlib import Path

import click

from webui.cli.given import PAIR
from webui.cli.log import MEANINGS
from webui.cli.output import as_json, print_rows, steps
from webui.errors import Refused

_SHOWN = ("miner", "sound", "fitness", "precision", "cases_that_fit", "reason")


@click.command()
@click.argument("what", metavar="LOG_OR_FILE")
@click.option("--filter", "where", metavar="FILTER|NAME", help="Only these cases: a filter, or the name of a kept one.")
@click.option(
    "--noise",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Leaves out paths that are so much rarer than their neighbours.",
)
@click.option("--map", "pairs", type=PAIR, multiple=True, help=f"For a FILE of columns. {MEANINGS}")
@click.option(
    "--miner",
    type=click.Choice(["inductive", "split"]),
    default="inductive",
    show_default=True,
    help="Whose drawing -o writes.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A BPMN file for the drawing.")
@as_json
def discover(
    what: str,
    *,
    where: str | None,
    noise: float,
    pairs: tuple[tuple[str, str], ...],
    miner: str,
    output: Path | None,
    wants_json: bool,
) -> None:
    """Let both miners draw what the cases of a log did, and say how far each drawing fits; only sound ones are drawn."""
    from bpmn.writing import write_bpmn
    from mining.discovery import discovered
    from mining.filters import taken
    from mining.variants import variants
    from webui.cli import logs

    with steps("Discovering") as step:
        step("reading")
        subject = logs.subject(what, dict(pairs))
        log = taken(subject.log, logs.chosen(where, what) if where else None, subject.hours)
        step("mining")
        found = discovered(variants(log), noise=noise)
    rows = [
        {
            "miner": one.miner.value,
            "sound": one.model is not None,
            "fitness": one.fitness,
            "precision": one.precision,
            "cases_that_fit": one.fitting,
            "reason": one.reason,
        }
        for one in found
    ]
    print_rows(rows, _SHOWN, wants_json=wants_json, empty="No miner drew anything.")
    if output is not None:
        model = next(one.model for one in found if one.miner == miner)
        if model is None:
            raise Refused(
                f"The {miner} miner drew nothing sound, so there is nothing to write; --miner names the other one."
            )
        output.write_bytes(write_bpmn(model))
