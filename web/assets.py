"""What browsers load beside a page: built into `static/` at installation, named by its content."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web.problems import PagesNotBuilt

STATIC = Path(__file__).parent / "static"
BUILT = (
    "site.css",
    "site.js",
    "start.js",
    "waiting.js",
    "govuk-frontend.min.js",
    "mark.svg",
)
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content. Raises PagesNotBuilt."""
    try:
        content = (STATIC / name).read_bytes()
    except FileNotFoundError as error:
        raise PagesNotBuilt(name) from error
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def require_built() -> None:
    """Raises PagesNotBuilt where the static files were not built."""
    for name in BUILT:
        asset(name)


class Assets(StaticFiles):
    """Static files, which browsers may keep: another content has another address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = FOR_EVER
        return response
