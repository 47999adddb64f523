"""What needs somebody today."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web.cookies import office_of
from web.pages import page
from web.viewer import Staff

router = APIRouter()


@router.get("/today")
async def today(request: Request, viewer: Staff) -> HTMLResponse:
    """The open cases of the school, the newest first."""
    lines = await office_of(request).stores.record.cases(viewer.school)
    visible = await viewer.reading.visible([line.reference for line in lines])
    return page(
        request,
        "today.html",
        title="Today",
        cases=[line for line in lines if line.reference in visible],
    )
