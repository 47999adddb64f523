"""`evenhand review`: governors draw cases, look at them, and record what they find."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.fields import named_fields
from cli.options import ActionId, AsJson, InRole, School, Viewer, Who
from cli.outcome import BadUsage, Exit
from cli.review_words import print_review, show_case, told_case, told_review
from domain.review import Review
from domain.review_draw import DrawChecked
from domain.review_events import ALGORITHM
from gateway.persons import one_person
from gateway.review_reading import case_shown, may_read_reviews
from gateway.review_words import QUESTIONS
from gateway.reviews import Reviews

app = typer.Typer()
Named = Annotated[str, typer.Argument(metavar="REVIEW", help="Such as GR-2026-1.")]
Case = Annotated[str, typer.Argument(metavar="CASE", help="A case of the review.")]
Words = Annotated[list[str] | None, typer.Argument(help="The fields, as field=value.")]


@app.callback()
def review() -> None:
    """Governors draw cases, look at them, and record what they find."""


@app.command()
def draw(
    *,
    term: Annotated[str | None, typer.Option(help="Such as “Autumn term 2026”.")] = None,
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")
    ] = None,
    to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")
    ] = None,
    share: Annotated[str, typer.Option(help="Of the other cases, from 0 to 1.")] = "0.1",
    seed: Annotated[str | None, typer.Option(help="Made at random if not given.")] = None,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Draw the cases of a period: each with a restriction or advice, and a share of the rest."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        reviews = Reviews(desk.stores, where)
        first, last = (one.date() if one else None for one in (from_, to))
        period = await reviews.period(term, first, last)
        drawn = await reviews.draw(period, _share(share), seed, actor, id_)
        if as_json:
            typer.echo(json.dumps(told_review(drawn)))
            return
        typer.echo(
            f"{drawn.id}: {len(drawn.cases)} of {drawn.drawn.population} cases are to be reviewed. "
            "The draw is on the register."
        )
        print_review(Console(highlight=False), drawn, await reviews.calendar(), {})
        typer.echo(f"Next: evenhand review assign {drawn.id} CASE --to GOVERNOR --as ROLE")

    at_the_desk(work)


@app.command("list")
def list_(
    as_: Viewer = None, role: InRole = None, school: School = None, as_json: AsJson = False
) -> None:
    """List the reviews, the newest first."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        may_read_reviews(await desk.reading(where, as_, role))
        known = list((await Reviews(desk.stores, where).all()).values())[::-1]
        if as_json:
            typer.echo(json.dumps([told_review(one) for one in known]))
            return
        if not known:
            typer.echo("No review was drawn yet. `evenhand review draw` draws one.")
            return
        table = Table(box=None, header_style="bold")
        for heading in ("Review", "From", "To", "Cases", "Outstanding", "Closed"):
            table.add_column(heading, no_wrap=True)
        for one in known:
            table.add_row(
                one.id,
                str(one.drawn.first_day),
                str(one.drawn.last_day),
                str(len(one.cases)),
                str(len(one.outstanding)),
                f"{one.closed_at:%Y-%m-%d}" if one.closed_at else "",
            )
        Console().print(table)

    at_the_desk(work)


@app.command()
def show(
    review: Named,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]")] = None,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Show a review; with a case, what the record says of it beside what was found."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        reading = await desk.reading(where, as_, role)
        may_read_reviews(reading)
        reviews = Reviews(desk.stores, where)
        found = await reviews.named(review)
        if case is not None:
            now = datetime.now(UTC)
            shown = await case_shown(desk.stores, where, found, case, reading, now)
            await show_case(desk, found, shown, reading, as_json=as_json)
            return
        if as_json:
            typer.echo(json.dumps(told_review(found)))
            return
        given = {one.assigned for one in found.cases.values() if one.assigned}
        names = {person: await desk.name(person) for person in given}
        print_review(Console(highlight=False), found, await reviews.calendar(), names)

    at_the_desk(work)


@app.command()
def check(review: Named, school: School = None, as_json: AsJson = False) -> int:
    """Draw a review again from the record, and say whether it comes out the same."""

    async def work(desk: Desk) -> tuple[Review, DrawChecked]:
        reviews = Reviews(desk.stores, await desk.school(school))
        return await reviews.named(review), await reviews.check(review)

    found, checked = at_the_desk(work)
    if as_json:
        told = {"review": found.id, "same": checked.holds, "problems": checked.problems}
        typer.echo(json.dumps(told | {"seed": found.drawn.seed, "algorithm": ALGORITHM}))
    elif checked.holds:
        typer.echo(
            f"{found.id} comes out the same when it is drawn again: the same "
            f"{found.drawn.population} cases of the period, and of them the same "
            f"{len(found.cases)}."
        )
    else:
        typer.echo(f"{found.id} does NOT come out the same when it is drawn again:")
        for problem in checked.problems:
            typer.echo(f"  {problem}")
    return Exit.DONE if checked.holds else Exit.REFUSED


@app.command()
def assign(
    review: Named,
    case: Case,
    *,
    to: Annotated[str, typer.Option(help="A governor.")],
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Give a case of a review to a governor, who may see its names from then on."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        person = await one_person(desk.stores.people, where, to)
        after = await Reviews(desk.stores, where).assign(review, case, person.id, actor, id_)
        _done(after, case, f"{case} is assigned to {person.name}.", as_json=as_json)

    at_the_desk(work)


@app.command()
def find(
    review: Named,
    case: Case,
    fields: Words = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Record a finding: proportionate=, timely=, heard=, signposted=, recorded=, findings=."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        given = named_fields(fields or [], (*QUESTIONS, "findings"))
        after = await Reviews(desk.stores, where).find(review, case, given, actor, id_)
        wanted = after.cases[case].calls_for_an_answer
        then = " The school is asked for its answer." if wanted else ""
        _done(after, case, f"The finding on {case} is on the register.{then}", as_json=as_json)

    at_the_desk(work)


@app.command()
def answer(
    review: Named,
    case: Case,
    fields: Words = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Record the school's answer to a finding: answer=."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        words = named_fields(fields or [], ("answer",), ("answer",))["answer"]
        after = await Reviews(desk.stores, where).answer(review, case, words, actor, id_)
        _done(after, case, f"The answer on {case} is on the register.", as_json=as_json)

    at_the_desk(work)


@app.command()
def close(
    review: Named,
    fields: Words = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Close a review; where something is outstanding, with reason=."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        reason = named_fields(fields or [], ("reason",)).get("reason")
        after = await Reviews(desk.stores, where).close(review, reason, actor, id_)
        if as_json:
            typer.echo(json.dumps(told_review(after)))
            return
        left = f" Outstanding: {', '.join(after.outstanding)}." if after.outstanding else ""
        typer.echo(f"{after.id} is closed.{left}")

    at_the_desk(work)


def _share(given: str) -> Decimal:
    try:
        share = Decimal(given)
        if share.is_finite():
            return share
    except InvalidOperation:
        pass
    raise BadUsage(f"--share is a part of the whole, such as 0.1 for a tenth, not “{given}”.")


def _done(after: Review, case: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"review": after.id, **told_case(after, after.cases[case])}))
    else:
        typer.echo(sentence)
