"""Help, privacy and accessibility: open to everybody, signed in or not."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web.pages import page

router = APIRouter()


@router.get("/help")
async def help_(request: Request) -> HTMLResponse:
    """Whom to ask, and what the words mean."""
    return page(request, "help/help.html", title="Help")


@router.get("/privacy")
async def privacy(request: Request) -> HTMLResponse:
    """What is kept about whom, and who sees it."""
    return page(request, "help/privacy.html", title="Privacy")


@router.get("/accessibility")
async def accessibility(request: Request) -> HTMLResponse:
    """How far everybody can use the pages, and what to do where somebody can't."""
    return page(request, "help/accessibility.html", title="Accessibility statement")
