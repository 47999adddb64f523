"""The calendar of the viewer's school, in whose days and hours pages speak."""

from starlette.requests import Request

from domain.calendar import SchoolCalendar
from web.cookies import office_of
from web.viewer import Viewer


async def calendar_of(request: Request, viewer: Viewer) -> SchoolCalendar:
    """The calendar that the viewer's school goes by now."""
    shelf = office_of(request).stores.shelf
    return await shelf.calendar((await shelf.school(viewer.school)).calendar_digest)
