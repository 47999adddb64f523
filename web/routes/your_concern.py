"""The pages on which a parent or an advocate raises a concern about the school."""

import contextlib
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.case import Case
from domain.spoken import day
from domain.vocabulary import Role, Severity
from gateway.attachments import in_words
from gateway.family_acts import Concern, Raisable, raisables
from gateway.family_words import Standpoint, standpoint_of
from storage.record import CaseNotFound
from web.arriving import origin_of
from web.cookies import office_of
from web.forms import Form
from web.own_case import REFERENCE, acts_of, kindly
from web.pages import page, see
from web.routes.your_case_writing import ACCEPTED
from web.viewer import Family, NoSuchCase

router = APIRouter()

TITLE = "Tell us about a concern"
NOBODY, THE_HEAD, SOMEBODY = "nobody", "head", "somebody"
_LONGEST_NAME = 200  # characters
HOW_GRAVE = {
    Severity.MINOR: "It bothers us, but it is not urgent",
    Severity.MODERATE: "It matters a lot to us",
    Severity.SERIOUS: "It is very serious for us or for our child",
    Severity.SAFETY: "Somebody is not safe",
}


async def _kinds(request: Request, viewer: Family) -> list[Raisable]:
    """What the viewer may raise; under the code of the case that a link opened, if it has this."""
    office = office_of(request)
    found = await raisables(office.stores, viewer.school, viewer.actor.role)
    case = await _linked(request, viewer)
    same = [one for one in found if case is not None and one.policy == case.policy]
    return same or found


async def _linked(request: Request, viewer: Family) -> Case | None:
    reference = viewer.session.reference
    if reference is None:
        return None
    with contextlib.suppress(CaseNotFound):
        return await office_of(request).stores.record.case_state(viewer.school, reference)
    return None


def _page(
    request: Request, kinds: Sequence[Raisable], form: Form, *, lost: bool = False
) -> Response:
    limits = office_of(request).attachment_limits
    chosen = [one for one in kinds if _value(one) == form.value("kind")]
    return page(
        request,
        "your-case/concern.html",
        title=TITLE,
        breadcrumbs=[("Your case", "/your-case")],
        form=form,
        kinds=[(_value(one), one) for one in kinds],
        promises=(chosen or list(kinds))[0].promises if len(kinds) == 1 or chosen else (),
        how_grave=[(severity.value, words) for severity, words in HOW_GRAVE.items()],
        accepted=ACCEPTED,
        most_files=limits.files,
        largest=in_words(limits.file_bytes),
        lost=lost,
    )


def _value(kind: Raisable) -> str:
    return f"{kind.policy}/{kind.track.value}"


@router.get("/your-case/new-concern")
async def new_concern(request: Request, viewer: Family) -> Response:
    """Asks what the concern is."""
    kinds = await _kinds(request, viewer)
    if not kinds:
        raise NoSuchCase()
    return _page(request, kinds, Form())


@router.post("/your-case/new-concern")
async def raise_concern(request: Request, viewer: Family) -> Response:
    """Raises it: it never waits for anything else that is going on."""
    kinds = await _kinds(request, viewer)
    form = await Form.read(request)
    chosen = _chosen(kinds, form)
    concern = _concern(form, chosen, await _linked(request, viewer), viewer)
    files = await form.attachments("files")
    if form.is_right and chosen is not None:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            now = office_of(request).now()
            raised = await acts.raise_concern(
                chosen, concern, now, action_id=form.action_id, attachments=files
            )
            if not raised.again:
                await _send_a_link(request, viewer, raised.reference)
            return see(f"/your-case/new-concern/done/{raised.reference}")
    return _page(request, kinds, form, lost=bool(files))


async def _send_a_link(request: Request, viewer: Family, reference: str) -> None:
    """Whoever came by a link to another case gets one that opens the new one."""
    if viewer.session.reference is None:
        return
    office = office_of(request)
    person = await office.stores.people.person(viewer.actor.person)
    if person.email:
        network = origin_of(request).network
        office.door.case_links.asked_for(reference, person.email, network)


def _chosen(kinds: Sequence[Raisable], form: Form) -> Raisable | None:
    by_value = {_value(one): one for one in kinds}
    if len(by_value) == 1:
        return next(iter(by_value.values()))
    return by_value.get(form.choice("kind", by_value, missing="Choose what your concern is about"))


def _concern(form: Form, kind: Raisable | None, linked: Case | None, viewer: Family) -> Concern:
    narrative = form.text("words", missing="Write what your concern is")
    whom = form.choice("whom", (NOBODY, THE_HEAD, SOMEBODY)) or NOBODY
    missing = "Write their name, or choose another answer" if whom == SOMEBODY else ""
    name = form.text("name", missing=missing, longest=_LONGEST_NAME)
    how = form.choice(
        "severity",
        [one.value for one in Severity],
        missing="Choose how much it matters, as you see it",
    )
    promises = form.choices("promises", [one.id for one in kind.promises] if kind else [])
    family, advocate = _for_whom(linked, viewer)
    return Concern(
        narrative=narrative,
        severity=Severity(how) if how else Severity.MODERATE,
        occurred_on=form.day("when"),
        promises=tuple(promises),
        about=name if whom == SOMEBODY else "",
        about_the_head=whom == THE_HEAD,
        family=family,
        advocate=advocate,
    )


def _for_whom(linked: Case | None, viewer: Family) -> tuple[str | None, str | None]:
    """The family and the advocate on the new case: an advocate speaks for whom they speak on the
    case that they came from."""
    person = viewer.actor.person
    if viewer.actor.role is Role.PARENT:
        return person, None
    speaks = linked is not None and linked.advocate == person
    return (linked.family if linked is not None and speaks else None), person


@router.get("/your-case/new-concern/done/{reference}")
async def concern_raised(request: Request, viewer: Family, reference: str) -> Response:
    """Says that the concern was raised, under which number, and by when the school answers."""
    office = office_of(request)
    if not REFERENCE.fullmatch(reference):
        raise NoSuchCase()
    try:
        case = await office.stores.record.case_state(viewer.school, reference)
    except CaseNotFound as error:
        raise NoSuchCase() from error
    person = viewer.actor.person
    if case.raised_by != person or standpoint_of(case, person) is not Standpoint.CONCERN:
        raise NoSuchCase()
    policy = await office.stores.shelf.policy(case.policy_digest)
    calendar = await office.stores.shelf.calendar(case.calendar_digest)
    kinds = await raisables(office.stores, viewer.school, viewer.actor.role)
    within = next((one.acknowledged_within for one in kinds if one.policy == policy.policy), None)
    opened = calendar.local_date(case.opened_at)
    return page(
        request,
        "your-case/concern-raised.html",
        title="We have your concern",
        breadcrumbs=[("Your case", "/your-case")],
        reference=reference,
        by=day(calendar.add(opened, within)) if within else None,
        by_link=viewer.session.reference is not None,
        email_known=bool((await office.stores.people.person(person)).email),
    )
