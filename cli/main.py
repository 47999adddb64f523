"""The command `evenhand`. Each command loads what it needs only when it runs."""

import sys
from typing import Annotated

import typer

from cli.outcome import Exit, tell

app = typer.Typer(
    name="evenhand",
    help="Runs a school's codes of conduct as durable, dated, recorded cases.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _mount() -> None:
    from cli import audit, calendars, cases, people, policies, schools, service

    app.add_typer(policies.app, name="policy", help="Read, check and draw codes of conduct.")
    app.add_typer(cases.app, name="case", help="Open cases, act on them, and read them.")
    app.add_typer(calendars.app, name="calendar", help="Read and check term dates.")
    app.add_typer(schools.app, name="school", help="Schools, their calendars and their codes.")
    app.add_typer(people.app, name="person", help="People and the roles they hold.")
    app.add_typer(audit.app, name="audit", help="Verify the record.")
    service.mount(app)


@app.command()
def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    number = installed("evenhand")
    typer.echo(f'{{"version": "{number}"}}' if as_json else number)


def run(arguments: list[str] | None = None) -> int:
    """Runs one command; returns its exit code, having said what there was to say."""
    given = sys.argv[1:] if arguments is None else arguments
    _mount()
    try:
        outcome = app(given, standalone_mode=False)
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except typer.Abort:
        return Exit.DONE
    except KeyboardInterrupt:
        return Exit.DONE
    except Exception as error:
        return _ended_by(error, as_json="--json" in given)
    return int(outcome) if isinstance(outcome, int) else Exit.DONE


def _ended_by(error: Exception, *, as_json: bool) -> int:
    from click import ClickException

    if isinstance(error, ClickException):
        error.show()
        return Exit.BAD_USAGE
    try:
        return tell(error, as_json=as_json)
    except Exception:
        # The text of an unknown error may quote what somebody typed, so its place is told instead.
        import traceback

        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
        print(
            f"Something is wrong with Evenhand itself ({type(error).__name__} at {place}). "
            "What you asked for may not have been done: look before you repeat it.",
            file=sys.stderr,
        )
        return Exit.OUR_FAULT


def main() -> None:
    """The console entry point."""
    code = run()
    from gateway.leaving import leave

    leave(code)


if __name__ == "__main__":
    main()
