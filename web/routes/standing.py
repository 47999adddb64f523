"""Whether the pages can be served: for whoever watches over the process."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from storage.database import DatabaseError
from web.cookies import office_of

router = APIRouter()


@router.get("/live")
async def live() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("live\n")


@router.get("/ready")
async def ready(request: Request) -> PlainTextResponse:
    """The database answers, so that pages can be shown."""
    try:
        await office_of(request).stores.database.check()
    except DatabaseError:
        return PlainTextResponse("waiting for: database\n", 503)
    return PlainTextResponse("ready\n")
