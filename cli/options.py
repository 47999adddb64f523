"""Arguments and options that many commands share."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
School = Annotated[str | None, typer.Option(help="The school's id, where there are several.")]
Reference = Annotated[str, typer.Argument(help="Such as EP-2026-0042.")]
Who = Annotated[str, typer.Option("--as", help="A role with one holder, or a person.")]
InRole = Annotated[str | None, typer.Option(help="Where the person holds several roles.")]
Fields = Annotated[list[str] | None, typer.Argument(help="The action's fields, as field=value.")]
ActionId = Annotated[str | None, typer.Option("--id", help="So that a repeat counts once.")]
Viewer = Annotated[
    str | None,
    typer.Option("--as", help="Whose eyes to read with; the administrator's if not said."),
]
