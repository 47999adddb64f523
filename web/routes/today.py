"""What needs somebody today."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from gateway.today import todays_work
from gateway.wording import day
from web.cookies import office_of
from web.pages import page
from web.viewer import Staff

router = APIRouter()


@router.get("/today")
async def today(request: Request, viewer: Staff, whose: str = "") -> HTMLResponse:
    """What is overdue, due soon, awaiting a reply, and new; with `whose=mine`, for the viewer."""
    office = office_of(request)
    mine = whose == "mine"
    work = await todays_work(office.stores, viewer.school, viewer.actor, office.now(), mine=mine)
    begun = await office.stores.unfinished.of_person(
        viewer.school, viewer.actor.person, office.now()
    )
    return page(
        request,
        "today.html",
        title="Today",
        work=work,
        mine=mine,
        on=day(work.on),
        until=day(work.until),
        begun=begun,
    )
