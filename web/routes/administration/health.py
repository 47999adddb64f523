"""Whether every part of the service is well, and what to do where one is not."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from correspondence.mail_server import mail_server_of
from gateway.condition import Condition, Examination
from web.cookies import office_of
from web.pages import page
from web.routes.administration.common import ADMINISTRATION
from web.viewer import Administrator

router = APIRouter(prefix="/administration/health")
LABELS = {
    Condition.WELL: ("Well", "green"),
    Condition.ATTENTION: ("See to it", "yellow"),
    Condition.AWAY: ("Away", "red"),
    Condition.UNKNOWN: ("Not known", "grey"),
}


@router.get("")
async def health(request: Request, viewer: Administrator) -> HTMLResponse:
    """Each part in words, as it is in this moment."""
    office = office_of(request)
    parts = await Examination(
        office.settings,
        office.stores,
        mail_server_of(office.settings),
        office.client,
        viewer.school,
        now=office.now,
    ).parts()
    return page(
        request,
        "administration/health.html",
        title="Health",
        breadcrumbs=[ADMINISTRATION],
        parts=parts,
        labels=LABELS,
        wanting=sum(one.condition in (Condition.ATTENTION, Condition.AWAY) for one in parts),
        looked_at=office.now(),
        calendar=await viewer.calendar(),
    )
