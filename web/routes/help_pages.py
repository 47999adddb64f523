"""Help, privacy and accessibility: open to everybody, signed in or not."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web.pages import page

router = APIRouter()

# One word for one thing, on every page; these are the ones that need saying.
WORDS = (
    ("Code", "what the school publishes: what it promises, and what conduct it expects"),
    ("Concern", "what somebody reports; a case is a concern that is being handled"),
    ("Ladder", "the steps of the code, one after the other, from a quiet word to a limit"),
    ("Respondent", "the person who is asked to answer"),
    (
        "Restriction",
        "a limit on contact or access, with an end: it lapses on its review date unless somebody "
        "renews it with reasons",
    ),
    (
        "Representations",
        "the respondent’s own side, in writing; a restriction can’t be confirmed before they were "
        "heard, or their time to answer is over",
    ),
    ("Duty", "something that the school owes, with a date"),
    ("Follow-up", "a day on which somebody looks whether it got better"),
    ("School day", "a day on which the school is open to pupils; most dates count these alone"),
    ("Adjustment", "what was agreed with a person so that they can take part"),
    ("SENDIASS", "the advice service for families of children with special educational needs"),
)


@router.get("/help")
async def help_(request: Request) -> HTMLResponse:
    """Whom to ask, and what the words mean."""
    return page(request, "help/help.html", title="Help", words_of_ours=WORDS)


@router.get("/privacy")
async def privacy(request: Request) -> HTMLResponse:
    """What is kept about whom, and who sees it."""
    return page(request, "help/privacy.html", title="Privacy")


@router.get("/accessibility")
async def accessibility(request: Request) -> HTMLResponse:
    """How far everybody can use the pages, and what to do where somebody can't."""
    return page(request, "help/accessibility.html", title="Accessibility statement")
