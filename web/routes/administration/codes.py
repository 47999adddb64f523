"""The codes that the school goes by: read, compared, and adopted in a new version."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.ladder_words import HEADINGS, captions
from domain.policy import Policy
from domain.policy_difference import difference
from domain.policy_graph import svg
from domain.vocabulary import Track
from gateway.codes import Codes, Version
from storage.policy_files import PolicyFileError, load_policies, load_policy
from storage.policy_yaml import LARGEST_FILE
from storage.shelf import NotOnTheShelf
from web.cookies import office_of
from web.forms import Form
from web.kept import NotKept, TooMuchToKeep, keep, kept
from web.pages import Crumb, page, see
from web.routes.administration.common import ADMINISTRATION
from web.viewer import Administrator, Viewer

router = APIRouter(prefix="/administration/codes")
HERE: Crumb = ("Codes", "/administration/codes")
# The picture carries its own style, which the policy for pages would not let apply.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Known(NamedTuple):
    """The versions that there are, by policy; and what is wrong with the folder of packs."""

    versions: dict[str, list[Version]]
    faults: tuple[str, ...]


@router.get("")
async def codes(request: Request, viewer: Administrator, adopted: str = "") -> HTMLResponse:
    """Every code and its versions."""
    known = await _known(request, viewer)
    return page(
        request,
        "administration/codes.html",
        title="Codes",
        breadcrumbs=[ADMINISTRATION],
        codes=known.versions,
        faults=known.faults,
        adopted=adopted if adopted in known.versions else "",
    )


@router.get("/send")
async def choose(request: Request, viewer: Administrator) -> HTMLResponse:
    """Asks for the file with a code, or a new version of one."""
    return _choose(request, Form())


@router.post("/send")
async def sent(request: Request, viewer: Administrator) -> HTMLResponse:
    """Says what is wrong with a code, or what adopting it would change; nothing is changed yet."""
    form = await Form.read(request)
    files = await form.attachments("file", missing="Choose the file with the code")
    if not form.is_right:
        return _choose(request, form)
    try:
        packed = keep(files[0].content)
    except TooMuchToKeep:
        form.error("file", "The file is too large to be a code.")
        return _choose(request, form)
    return await _adopting_sent(request, viewer, form, files[0].content, packed)


@router.post("/adopt")
async def adopt_sent(request: Request, viewer: Administrator) -> Response:
    """Opens new cases under the version that was sent."""
    form = await Form.read(request)
    packed = form.value("contents")
    try:
        content = kept(packed, LARGEST_FILE)
        code = _read(content)
    except (NotKept, PolicyFileError):
        form.error("file", "The file did not come back with the page. Choose it again.")
        return _choose(request, form)
    async with form.refusals():
        await _codes(request, viewer).adopt(code, viewer.actor, action_id=form.action_id)
        return see(f"/administration/codes?adopted={code.policy}")
    return await _adopting_sent(request, viewer, form, content, packed)


@router.get("/{policy}/difference")
async def compare(
    request: Request, viewer: Administrator, policy: str, old: str = "", new: str = ""
) -> HTMLResponse:
    """What differs between two versions of a code."""
    versions = await _versions(request, viewer, policy)
    numbers = [one.policy.version for one in versions]
    if old not in numbers or new not in numbers:
        current = next((one.policy.version for one in versions if one.current), numbers[-1])
        old, new = current, numbers[0]
    was, now = _numbered(versions, old), _numbered(versions, new)
    return page(
        request,
        "administration/code-difference.html",
        title="What differs between two versions",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=Form.filled(old=old, new=new),
        old=was.policy,
        new=now.policy,
        numbers=[{"value": number, "text": f"Version {number}"} for number in numbers],
        parts=difference(was.policy, now.policy),
    )


@router.get("/{policy}/{version}")
async def show(request: Request, viewer: Administrator, policy: str, version: str) -> HTMLResponse:
    """One version: its ladders as pictures and in words, its clauses, and what it asks."""
    versions = await _versions(request, viewer, policy)
    found = _numbered(versions, version)
    return page(
        request,
        "administration/code.html",
        title="A code",
        breadcrumbs=[ADMINISTRATION, HERE],
        version=found,
        code=found.policy,
        several=len(versions) > 1,
        headings=HEADINGS,
        captions=captions,
    )


@router.get("/{policy}/{version}/ladder/{track}.svg")
async def picture(
    request: Request, viewer: Administrator, policy: str, version: str, track: str
) -> Response:
    """A ladder as a picture."""
    found = _numbered(await _versions(request, viewer, policy), version).policy
    if track not in {one.value for one in found.by_track}:
        raise NotOnTheShelf(f"There is no ladder {track} in {policy}.")
    return Response(
        svg(found.by_track[Track(track)]),
        media_type="image/svg+xml",
        headers={"content-security-policy": _PICTURE_POLICY},
    )


@router.get("/{policy}/{version}/adopt")
async def foresee(
    request: Request, viewer: Administrator, policy: str, version: str
) -> HTMLResponse:
    """Says what adopting this version changes for new cases, and for open ones."""
    found = _numbered(await _versions(request, viewer, policy), version)
    return await _adopting(request, viewer, found, Form())


@router.post("/{policy}/{version}/adopt")
async def adopt(request: Request, viewer: Administrator, policy: str, version: str) -> Response:
    """Opens new cases under this version from now on."""
    found = _numbered(await _versions(request, viewer, policy), version)
    form = await Form.read(request)
    async with form.refusals():
        await _codes(request, viewer).adopt(found.policy, viewer.actor, action_id=form.action_id)
        return see(f"/administration/codes?adopted={policy}")
    return await _adopting(request, viewer, found, form)


def _choose(request: Request, form: Form, findings: tuple[str, ...] = ()) -> HTMLResponse:
    return page(
        request,
        "administration/code-send.html",
        title="Send a code, or a new version of one",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        findings=findings,
    )


async def _adopting_sent(
    request: Request, viewer: Viewer, form: Form, content: bytes, packed: str
) -> HTMLResponse:
    try:
        code = _read(content)
    except PolicyFileError as error:
        form.error("file", "The file can’t be used: what is wrong in it is listed below")
        told = (f"Line {one.line}, {one.field}: {one.message}" for one in error.findings)
        return _choose(request, form, tuple(told))
    current = await office_of(request).stores.shelf.current_policies(viewer.school)
    adopted = code.digest in {one.digest for one in current}
    version = Version(code, published=False, current=adopted, open_cases=0)
    return await _adopting(request, viewer, version, form, contents=packed)


def _read(content: bytes) -> Policy:
    """The code in a file that somebody sent. Raises PolicyFileError."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "code.yaml"
        file.write_bytes(content)
        return load_policy(file)


async def _adopting(
    request: Request, viewer: Viewer, version: Version, form: Form, contents: str = ""
) -> HTMLResponse:
    code = version.policy
    return page(
        request,
        "administration/code-adopt.html",
        title="Adopt a version",
        breadcrumbs=[
            ADMINISTRATION,
            HERE,
            ("Send a code", f"{HERE[1]}/send")
            if contents
            else ("A code", f"{HERE[1]}/{code.policy}/{code.version}"),
        ],
        form=form,
        version=version,
        contents=contents,
        preview=await _codes(request, viewer).preview(code),
    )


def _codes(request: Request, viewer: Viewer) -> Codes:
    office = office_of(request)
    return Codes(office.stores, viewer.school, now=office.now)


async def _known(request: Request, viewer: Viewer) -> Known:
    folder = office_of(request).settings.policies_dir
    packs, faults = _packs(folder, _as_they_are(folder))
    return Known(await _codes(request, viewer).versions(packs), faults)


Signature = tuple[tuple[str, int, int], ...]


def _as_they_are(folder: Path) -> Signature:
    """What tells whether a pack was changed since it was read."""
    files = ((file.name, file.stat()) for file in sorted(folder.glob("*.yaml")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in files)


@lru_cache(maxsize=4)
def _packs(folder: Path, signature: Signature) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
    # Proving that a pack can be run takes longer than somebody waits for a page.
    if not signature:
        return (), ()
    try:
        return tuple(load_policies(folder)), ()
    except PolicyFileError as error:
        return (), tuple(
            f"{one.file.name}, line {one.line}: {one.message}" for one in error.findings
        )


async def _versions(request: Request, viewer: Viewer, policy: str) -> list[Version]:
    versions = (await _known(request, viewer)).versions.get(policy)
    if not versions:
        raise NotOnTheShelf(f"There is no code {policy}.")
    return versions


def _numbered(versions: list[Version], number: str) -> Version:
    """The version with this number; the published one, where a pack has the same number."""
    found = [one for one in versions if one.policy.version == number]
    if not found:
        raise NotOnTheShelf(f"There is no version {number}.")
    return next((one for one in found if one.published), found[0])
