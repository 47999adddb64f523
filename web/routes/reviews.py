"""Governors' reviews: what is left to do, drawing one, checking the draw, giving cases, closing."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from domain.calendar_entries import Term
from domain.review import MAY_CLOSE, MAY_DRAW, Review, tally
from domain.review_draw import DrawChecked
from domain.review_events import ALGORITHM
from gateway.long_tasks import Kind, LongTask
from gateway.review_words import QUESTIONS, progress
from gateway.reviews import Reviews
from gateway.wording import day
from web.cookies import office_of
from web.forms import Form
from web.outcome import told
from web.pages import Crumb, page, see
from web.review_view import governors, names_of, to_do
from web.viewer import Reviewer, Viewer, allowed
from web.waiting import begun, failed, gone, waiting

router = APIRouter(prefix="/reviews")

Drawing = Annotated[Viewer, Depends(allowed(MAY_DRAW))]
Closing = Annotated[Viewer, Depends(allowed(MAY_CLOSE))]
HERE = ("Reviews", "/reviews")
DONE = {
    "drawn": "The review is drawn, and the draw is on the register. Next, give out its cases.",
    "assigned": "The cases are given out. From now on the governors see the names in them.",
    "found": "Your finding is on the register.",
    "answered": "The school's answer is on the register.",
    "closed": "The review is closed. Those who reviewed no longer see the names.",
}
_RANDOM, _AGREED = "random", "agreed"


def door(request: Request, viewer: Viewer) -> Reviews:
    """The reviews of the viewer's school."""
    office = office_of(request)
    return Reviews(office.stores, viewer.school, now=office.now)


def above(review: str) -> list[Crumb]:
    """The breadcrumbs of a page below a review."""
    return [HERE, (review, f"/reviews/{review}")]


def done(request: Request) -> str | None:
    """What to say was done, on the page after it."""
    return DONE.get(request.query_params.get("done", ""))


@router.get("")
async def reviews(request: Request, viewer: Reviewer) -> HTMLResponse:
    """What is left to do for the viewer, and every review, the newest first."""
    known = list((await door(request, viewer).all()).values())[::-1]
    return page(
        request,
        "reviews/reviews.html",
        title="Governors' reviews",
        reviews=known,
        to_do=to_do(known, viewer),
        may_draw=viewer.actor.role in MAY_DRAW,
        calendar=await viewer.calendar(),
    )


@router.get("/new")
async def ask(request: Request, viewer: Drawing) -> HTMLResponse:
    """Asks for the term, the share and the seed of a new review."""
    terms = await _terms(request, viewer)
    form = Form.filled(term=terms[0].name if terms else "", share="10", seeded=_RANDOM)
    return _ask(request, form, terms)


def _ask(request: Request, form: Form, terms: list[Term]) -> HTMLResponse:
    return page(
        request,
        "reviews/new.html",
        title="Draw a review",
        breadcrumbs=[HERE],
        form=form,
        terms=[
            {"value": one.name, "text": one.name, "hint": f"Ends on {day(one.end)}"}
            for one in terms
        ],
    )


@router.post("/new")
async def draw(request: Request, viewer: Drawing) -> Response:
    """Draws the cases of a new review."""
    form = await Form.read(request)
    terms = await _terms(request, viewer)
    term = form.choice("term", [one.name for one in terms], missing="Choose a term")
    share = _share(form)
    seed: str | None = None
    if (
        form.choice("seeded", (_RANDOM, _AGREED), missing="Say where the seed comes from")
        == _AGREED
    ):
        seed = form.text("seed", missing="Enter the seed that you agreed on", longest=200)
    if form.is_right:
        async with form.refusals():
            doors = door(request, viewer)
            period = await doors.period(term, None, None)
            drawn = await doors.draw(period, share, seed, viewer.actor, form.action_id)
            return see(f"/reviews/{drawn.id}?done=drawn")
    return _ask(request, form, terms)


def _share(form: Form) -> Decimal:
    words = form.text("share", missing="Enter a share, such as 10").removesuffix("%").strip()
    try:
        percent = Decimal(words)
        if percent.is_finite() and 0 <= percent <= 100:
            return percent / 100
    except InvalidOperation:
        pass
    form.error("share", "The share is a number of per cent from 0 to 100, such as 10")
    return Decimal(0)


@router.get("/{review}")
async def show(request: Request, viewer: Reviewer, review: str) -> HTMLResponse:
    """A review: how it was drawn, its cases, and the findings so far."""
    found = await door(request, viewer).named(review)
    role = viewer.actor.role
    return page(
        request,
        "reviews/review.html",
        title=f"Review {found.id}",
        breadcrumbs=[HERE],
        review=found,
        done=done(request),
        progress={one.reference: progress(found, one) for one in found.cases.values()},
        names=await names_of(
            office_of(request).stores.people, [one.assigned for one in found.cases.values()]
        ),
        tally=[(QUESTIONS[question], counts) for question, counts in tally(found).items()],
        found_any=any(one.finding for one in found.cases.values()),
        unassigned=sum(not one.assigned for one in found.cases.values()),
        may_assign=role in MAY_DRAW and found.closed is None,
        may_close=role in MAY_CLOSE and found.closed is None,
        calendar=await viewer.calendar(),
    )


@router.post("/{review}/check")
async def begin_check(request: Request, viewer: Reviewer, review: str) -> Response:
    """Draws the review again, to see whether it comes out the same."""
    reviews_ = door(request, viewer)
    await reviews_.named(review)

    async def work(_: LongTask) -> DrawChecked:
        return await reviews_.check(review)

    task = office_of(request).tasks.start(
        viewer.school, Kind.REVIEW_CHECK, work, viewer.actor, about=review
    )
    await begun(request, task)
    return see(f"/reviews/{task.about}/check/{task.id}")


@router.get("/{review}/check/{check}")
async def show_check(request: Request, viewer: Reviewer, review: str, check: str) -> HTMLResponse:
    """Whether the draw comes out the same, and how to draw by hand."""
    found = await door(request, viewer).named(review)
    crumbs = above(found.id)
    task = office_of(request).tasks.find(viewer.school, Kind.REVIEW_CHECK, check)
    again = (f"Back to {found.id}", f"/reviews/{found.id}")
    if task is None or task.about != review:
        return gone(request, viewer, Kind.REVIEW_CHECK, again=again, breadcrumbs=crumbs)
    if task.under_way:
        return waiting(
            request, task, title=f"Drawing {review} again", counts="case", breadcrumbs=crumbs
        )
    if task.problem is not None:
        return failed(request, task, again=again, breadcrumbs=crumbs)
    checked: DrawChecked = task.result
    same = "comes out the same" if checked.holds else "does not come out the same"
    return page(
        request,
        "reviews/check.html",
        title=f"{found.id} {same}",
        breadcrumbs=crumbs,
        review=found,
        checked=checked,
        algorithm=ALGORITHM,
    )


@router.get("/{review}/assign")
async def ask_to_whom(request: Request, viewer: Drawing, review: str) -> HTMLResponse:
    """Asks which cases go to which governor."""
    found = await door(request, viewer).named(review)
    form = Form.filled(case=request.query_params.getlist("case"))
    return await _ask_to_whom(request, viewer, found, form)


async def _ask_to_whom(
    request: Request, viewer: Viewer, review: Review, form: Form
) -> HTMLResponse:
    people = office_of(request).stores.people
    names = await names_of(people, [one.assigned for one in review.cases.values()])
    return page(
        request,
        "reviews/assign.html",
        title="Give cases to a governor",
        breadcrumbs=above(review.id),
        form=form,
        review=review,
        cases=[
            {
                "value": one.reference,
                "text": one.reference,
                "hint": f"With {names[one.assigned]} now" if one.assigned else "",
            }
            for one in sorted(review.cases.values(), key=lambda one: one.assigned is not None)
            if one.finding is None
        ],
        governors=[
            {"value": person.id, "text": person.name}
            for person in await governors(people, viewer.school)
        ],
    )


@router.post("/{review}/assign")
async def assign(request: Request, viewer: Drawing, review: str) -> Response:
    """Gives each of the chosen cases to the governor; what is refused is told case by case."""
    form = await Form.read(request)
    reviews_ = door(request, viewer)
    found = await reviews_.named(review)
    people = await governors(office_of(request).stores.people, viewer.school)
    chosen = form.choices("case", found.cases, missing="Choose at least one case")
    to = form.choice("to", [one.id for one in people], missing="Choose a governor")
    if not form.is_right:
        return await _ask_to_whom(request, viewer, found, form)
    refused: list[str] = []
    for reference in chosen:
        try:
            action = f"{form.action_id}/{reference}"
            await reviews_.assign(review, reference, to, viewer.actor, action)
        except Exception as error:
            words = told(error)
            if words is None or words.status >= 500:
                raise
            refused.append(reference)
            form.refuse(f"{reference}: {' '.join(words.sentences)}")
    if not refused:
        return see(f"/reviews/{found.id}?done=assigned")
    # What was given is given: only what was refused is asked for again, as an act of its own.
    again = Form.filled(case=refused, to=to)
    for line in form.summary:
        again.refuse(line["text"])
    return await _ask_to_whom(request, viewer, await reviews_.named(review), again)


@router.get("/{review}/close")
async def ask_to_close(request: Request, viewer: Closing, review: str) -> HTMLResponse:
    """Says what closing does, and asks for the reason where something is missing."""
    found = await door(request, viewer).named(review)
    return _ask_to_close(request, found, Form())


def _ask_to_close(request: Request, review: Review, form: Form) -> HTMLResponse:
    return page(
        request,
        "reviews/close.html",
        title=f"Close {review.id}",
        breadcrumbs=above(review.id),
        form=form,
        review=review,
    )


@router.post("/{review}/close")
async def close(request: Request, viewer: Closing, review: str) -> Response:
    """Closes the review."""
    form = await Form.read(request)
    reviews_ = door(request, viewer)
    found = await reviews_.named(review)
    missing = "Say why it is closed without them" if found.outstanding else ""
    reason = form.text("reason", missing=missing)
    if form.is_right:
        async with form.refusals():
            await reviews_.close(review, reason or None, viewer.actor, form.action_id)
            return see(f"/reviews/{found.id}?done=closed")
    return _ask_to_close(request, found, form)


async def _terms(request: Request, viewer: Viewer) -> list[Term]:
    """The terms that have begun, the latest first."""
    calendar = await viewer.calendar()
    today = calendar.local_date(office_of(request).now())
    return [term for term in reversed(calendar.terms) if term.start <= today]
