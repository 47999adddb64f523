"""The account menu: acting in another role of one's own, and signing out."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.vocabulary import Role
from web.cookies import SESSION, forget, office_of
from web.forms import Form
from web.navigation import home_of
from web.pages import page, see
from web.viewer import SignedIn

router = APIRouter()


@router.get("/account/role")
async def choose_role(request: Request, viewer: SignedIn) -> Response:
    """Asks in which role to act."""
    form = Form.filled(role=viewer.session.role.value)
    return page(request, "account/role.html", title="In which role do you act?", form=form)


@router.post("/account/role")
async def act_in_role(request: Request, viewer: SignedIn) -> Response:
    """From now on the viewer acts in the role that they chose."""
    form = await Form.read(request)
    held = [role.value for role in viewer.session.roles]
    chosen = form.choice("role", held, missing="Choose one of your roles")
    if not form.is_right or viewer.session.reference is not None:
        return page(request, "account/role.html", title="In which role do you act?", form=form)
    await office_of(request).sessions.act_as(viewer.session, Role(chosen))
    return see(home_of(viewer.session._replace(role=Role(chosen))))


@router.post("/sign-out")
async def sign_out(request: Request, viewer: SignedIn) -> Response:
    """Ends this session, and shows that it ended."""
    await office_of(request).sessions.end(request.cookies[SESSION])
    response = see("/signed-out")
    forget(request, response)
    return response


@router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """What somebody sees who has signed out."""
    return page(request, "account/signed-out.html", title="You are signed out")
