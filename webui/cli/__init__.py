"""The command `qiangji`: a group a file, loaded when it is called, so that help answers at once."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is written, and the line that help says of it."""

    module: str
    name: str
    help: str


COMMANDS: Mapping[str, Place] = {
    "serve": Place("webui.cli.running", "serve", "Serve the pages, and work in the background."),
    "work": Place("webui.cli.running", "work", "Fire, send and do what is due, without pages."),
    "demo": Place("webui.cli.demo", "demo", "Fill an empty database with a year of casework."),
    "migrate": Place("webui.cli.running", "migrate", "Bring the database to this version of the product."),
    "procedure": Place("webui.cli.procedure", "procedure", "Deploy and list procedures."),
    "case": Place("webui.cli.case", "case", "Start, show and list cases."),
    "task": Place("webui.cli.task", "task", "List, claim and complete tasks."),
    "incident": Place("webui.cli.incident", "incident", "See to automatic steps that failed."),
    "message": Place("webui.cli.message", "message", "Tell waiting cases what happened outside."),
    "outbox": Place("webui.cli.outbox", "outbox", "List messages that leave, and send them again."),
    "worker": Place("webui.cli.worker", "worker", "Let programs elsewhere do work."),
    "calendar": Place("webui.cli.calendar", "calendar", "When the offices work: the yearly notice, days, hours."),
    "log": Place("webui.cli.log", "log", "Import, export and list event logs."),
    "analyse": Place("webui.cli.analyse", "analyse", "Say where cases wait and where they leave the drawing."),
    "compare": Place("webui.cli.compare", "compare", "Say what differs between two groups of cases, and how surely."),
    "objects": Place("webui.cli.objects", "objects", "Say what happens to which objects, and how they wait."),
    "discover": Place("webui.cli.discover", "discover", "Draw models of what the cases of a log did."),
    "deviation": Place("webui.cli.deviation", "deviation", "Accept kinds of deviations for a time."),
    "redesign": Place("webui.cli.redesign", "redesign", "Propose, simulate, try and decide redesigns."),
}


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command: click.Command = getattr(importlib.import_module(place.module), place.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = click.utils.make_str(args[0])
        if name not in COMMANDS:
            ctx.fail(f"There is no command {name!r}; there are {', '.join(COMMANDS)}.")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qiangji", prog_name="qiangji")
def qiangji() -> None:
    """Draw, run, mine, redesign and prove the procedures of a tax office."""


ERRORS = (  # the base of each package's errors; one that is not imported cannot have been raised
    ("bpmn.errors", "BpmnError"),
    ("event_logs.errors", "EventLogError"),
    ("workflows.errors", "WorkflowError"),
    ("mining.errors", "MiningError"),
    ("webui.errors", "WindowError"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what our packages refuse becomes one sentence on stderr and exit code 2."""
    try:
        qiangji.main(args=arguments, prog_name="qiangji", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except _refusals() as error:
        click.echo(f"qiangji: {error}", err=True)
        sys.exit(2)
    except _unreachable() as error:
        click.echo(
            f"qiangji: The database cannot be used ({_first_line(error)}); check QIANGJI_DATABASE_URL.", err=True
        )
        sys.exit(2)


def _refusals() -> tuple[type[BaseException], ...]:
    loaded = ((sys.modules.get(module), name) for module, name in ERRORS)
    return tuple(getattr(module, name) for module, name in loaded if module is not None)


def _unreachable() -> tuple[type[BaseException], ...]:
    module = sys.modules.get("sqlalchemy.exc")
    return (module.OperationalError, module.ProgrammingError) if module is not None else ()


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0].rstrip(".")
