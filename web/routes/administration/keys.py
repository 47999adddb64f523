"""The keys that sign checkpoints: which there are, since when, and changing to a new one."""

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gateway.checkpoints import Evidence
from storage.audit_keys import StoredKey
from web.cookies import office_of
from web.forms import Form
from web.pages import Crumb, page, see
from web.routes.administration.common import ADMINISTRATION
from web.viewer import Administrator, Viewer

router = APIRouter(prefix="/administration/keys")
HERE: Crumb = ("Keys", "/administration/keys")


def fingerprint(key: StoredKey) -> str:
    """SHA-256 of the public key in groups of four, as people read it to each other."""
    digest = hashlib.sha256(key.public.key).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@router.get("")
async def keys(request: Request, viewer: Administrator, done: str = "") -> HTMLResponse:
    """Every key that signs or signed, with its fingerprint and since when."""
    stored = await _evidence(request, viewer).keys()
    words = "The new key signs from now on. Tell the governors its fingerprint yourself."
    return page(
        request,
        "administration/keys.html",
        title="Keys",
        breadcrumbs=[ADMINISTRATION],
        keys=[(one, fingerprint(one)) for one in reversed(stored)],
        from_environment=bool(office_of(request).settings.audit_keys),
        calendar=await viewer.calendar(),
        done=words if done == "changed" else "",
    )


@router.get("/change")
async def ask(request: Request, viewer: Administrator) -> HTMLResponse:
    """Says what changing the key means, and asks whether to."""
    return await _ask(request, viewer, Form())


@router.post("/change")
async def change(request: Request, viewer: Administrator) -> Response:
    """Makes a new key the one that signs; a second press of the same button changes nothing."""
    form = await Form.read(request)
    evidence = _evidence(request, viewer)
    if form.value("active") != _active(await evidence.keys()):
        return see("/administration/keys")
    async with form.refusals():
        await evidence.rotate(viewer.actor)
        return see("/administration/keys?done=changed")
    return await _ask(request, viewer, form)


async def _ask(request: Request, viewer: Viewer, form: Form) -> HTMLResponse:
    return page(
        request,
        "administration/keys-change.html",
        title="Change the key that signs",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        active=_active(await _evidence(request, viewer).keys()),
        from_environment=bool(office_of(request).settings.audit_keys),
    )


def _active(keys: list[StoredKey]) -> str:
    return keys[-1].public.text if keys else ""


def _evidence(request: Request, viewer: Viewer) -> Evidence:
    office = office_of(request)
    return Evidence(office.stores, office.settings, viewer.school, now=office.now)
