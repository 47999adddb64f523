"""The pages as one ASGI app."""

import time

import structlog
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.assets import STATIC, Assets, require_built
from web.errors import Catching, handle_errors
from web.office import Office
from web.routes import ROUTERS, standing
from web.security import FORM_BYTES, BodyLimit, OwnHost, SecurityHeaders, guard

log = structlog.stdlib.get_logger("evenhand.web")


def create_app(office: Office) -> FastAPI:
    """The app on an office. Raises PagesNotBuilt where its styles and scripts are missing."""
    require_built()
    limits = office.attachment_limits
    app = FastAPI(
        title="Evenhand",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(SecurityHeaders, secure=office.is_secure),
            Middleware(Logged),
            Middleware(OwnHost, address=office.settings.pages_address),
            Middleware(Catching),
            Middleware(BodyLimit, upload_bytes=limits.file_bytes * limits.files + FORM_BYTES),
        ],
    )
    app.state.office = office
    handle_errors(app)
    app.mount("/static", Assets(directory=STATIC), name="static")
    app.include_router(standing.router)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(guard)])
    return app


class Logged:
    """A line for each answer: the route, never the address, which may hold a token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})  # the layers below may have a scope of their own
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, noting)
        log.debug(
            "web:request:answered",
            route=state.get("route"),
            method=scope["method"],
            status=status,
            seconds=round(time.perf_counter() - began, 4),
        )
