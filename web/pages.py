"""Makes a page from a template: `page(request, "today.html", title="Today", …)`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    select_autoescape,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from web.assets import asset
from web.cookies import VISITOR, remember_visitor
from web.forms import ACTION_ID, Form
from web.navigation import home_of, navigation
from web.security import CSRF_FIELD, csrf_token, visitor_of
from web.words import FILTERS

SERVICE = "Evenhand"
_TEMPLATES = Path(__file__).parent / "templates"
_MACROS = "govuk_frontend_jinja"  # the Design System's components, under their package's name

Crumb = tuple[str, str]  # its words and its address


def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(_TEMPLATES),
                PrefixLoader({_MACROS: PackageLoader(_MACROS)}),
            ]
        ),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(
        asset=asset, service=SERVICE, CSRF_FIELD=CSRF_FIELD, ACTION_ID=ACTION_ID
    )
    return environment


_environment_of_pages = _environment()


def page(
    request: Request,
    template: str,
    *,
    title: str,
    breadcrumbs: Sequence[Crumb] = (),
    form: Form | None = None,
    status: int | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page that `template` makes of `values`.

    `title` says what the page is for and names nobody: it stands in the browser's history.
    `breadcrumbs` are the pages above this one, the topmost first. A `form` with mistakes puts
    “Error: ” before the title and gives the status, unless `status` does.
    """
    session = getattr(request.state, "session", None)
    fresh_visitor = session is None and VISITOR not in request.cookies
    wrong = form is not None and not form.is_right
    words = _environment_of_pages.get_template(template).render(
        request=request,
        title=f"Error: {title}" if wrong else title,
        breadcrumbs=breadcrumbs,
        form=form,
        session=session,
        school=getattr(request.state, "school", None),
        home=home_of(session) if session else "/",
        navigation=navigation(session, request.url.path),
        csrf_token=csrf_token(request),
        **values,
    )
    response = HTMLResponse(words, status or (form.status if form is not None else 200))
    if fresh_visitor:
        remember_visitor(request, response, visitor_of(request))
    return response


def see(address: str) -> Response:
    """Sends the browser on to another page after something was done, so that reloading does
    nothing twice."""
    return RedirectResponse(address, status_code=303)
