"""The front door: on to where somebody begins."""

from fastapi import APIRouter
from starlette.responses import Response

from web.navigation import home_of
from web.pages import see
from web.viewer import SignedIn

router = APIRouter()


@router.get("/")
async def home(viewer: SignedIn) -> Response:
    """The first page of the role that the viewer acts in."""
    return see(home_of(viewer.session))
