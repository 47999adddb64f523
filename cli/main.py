"""The command `evenhand`. Each command loads what it needs only when it runs."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from cli import service
from cli.outcome import Exit, tell, tell_usage
from gateway.leaving import leave

GROUPS = {
    "policy": ("cli.policies", "Read, check and draw codes of conduct."),
    "case": ("cli.cases", "Open cases, act on them, and read them."),
    "meeting": ("cli.meetings", "Look at meetings, and take one into a calendar."),
    "letter": ("cli.letters", "Look at letters, and check a school's own."),
    "calendar": ("cli.calendars", "Read and check term dates."),
    "school": ("cli.schools", "Schools, their calendars and their codes."),
    "person": ("cli.people", "People, the roles they hold, and their erasure."),
    "account": ("cli.accounts", "Who signs in, and links that open one thing once."),
    "retention": ("cli.retention", "What has been kept long enough, and what becomes of it."),
    "report": ("cli.report", "Reports for governors."),
    "review": ("cli.reviews", "Governors draw cases, look at them, and record what they find."),
    "audit": ("cli.audit", "Verify the record."),
}


def _app(given: Sequence[str]) -> typer.Typer:
    """The commands; of the groups, only the one that is asked for is loaded."""
    app = typer.Typer(
        name="evenhand",
        help="Runs a school's codes of conduct as durable, dated, recorded cases.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    service.mount(app)
    app.command()(version)
    asked = next((word for word in given if not word.startswith("-")), None)
    for name, (module, help_) in GROUPS.items():
        group = import_module(module).app if name == asked else typer.Typer()
        app.add_typer(group, name=name, help=help_)
    return app


def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    number = installed("evenhand")
    typer.echo(f'{{"version": "{number}"}}' if as_json else number)


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code, having said what there was to say."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    if not given or (len(given) == 1 and given[0] in GROUPS):
        given.append("--help")
    try:
        outcome = _app(given)(given, prog_name="evenhand", standalone_mode=False)
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        return tell_usage(error, as_json=as_json)
    except BrokenPipeError:
        # Whoever read our output has had enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        return tell(error, as_json=as_json)
    return int(outcome) if isinstance(outcome, int) else Exit.DONE


def main() -> NoReturn:
    """The console entry point."""
    leave(run())


if __name__ == "__main__":
    main()
