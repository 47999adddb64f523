"""Who may open and do what: every route against every kind of visitor.

A route that is not in the table fails a test, and so does a visitor who gets in, or is kept out,
against the table. Add a row for a route: `"GET /path": WHO`, with who may. What stands in braces
in a path is filled in from `World.places`.
"""

import functools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import iter_route_contexts

from domain.access import GOVERNORS, OUTSIDE
from domain.actions import Actor
from domain.erasure import MAY_REQUEST
from domain.mentions import files_in
from domain.review import MAY_ANSWER, MAY_CLOSE, MAY_DRAW, MAY_REVIEW
from domain.review_draw import DrawChecked
from domain.vocabulary import ErasureGround, Role
from gateway.attachments import Attachment
from gateway.erasure import Erasing
from gateway.letters import Sending
from gateway.long_tasks import Kind, LongTask
from gateway.record_work import bundle, term_report, verification
from gateway.reviews import Reviews
from gateway.sessions import Session
from storage.erased_list import ErasedList
from tests.replies.samples import a_pdf
from tests.support.outbox import Outbox, running_outbox
from tests.support.school import AUDIT_KEYS, CALENDAR, SCHOOL
from tests.web.conftest import an_acting_site
from tests.web.site import Browser, Site, Unhurried, hidden
from web.administering import MAY_OPEN, MAY_SEE_ERASURES, MAY_SEE_RETENTION
from web.cookies import SESSION
from web.security import CSRF_FIELD
from web.viewer import (
    ADMINISTRATORS,
    INSIDE,
    KEEPERS,
    LEADERS,
    OVERSEERS,
    REPORTED_TO,
    REVIEWERS,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "signed out"
CONFLICTED = "a headteacher with a conflict of interest"  # raised the case that is asked for
STRANGER = "a parent of another family"
LINK = "by a link to this case"
OTHER_LINK = "by a link to another case"
WITHOUT_SECOND_FACTOR = "a headteacher who gave no second factor"
ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
VISITORS: tuple[str, ...] = (
    *(role.value for role in ROLES),
    *(NOBODY, CONFLICTED, STRANGER, LINK, OTHER_LINK, WITHOUT_SECOND_FACTOR),
)

Who = frozenset[str]


def _of(roles: frozenset[Role], *others: str) -> Who:
    """These roles, whoever else, and those who hold the role though they have a conflict."""
    conflicted = [CONFLICTED] if Role.HEADTEACHER in roles else []
    return frozenset([*(role.value for role in roles), *conflicted, *others])


EVERYBODY: Who = frozenset(VISITORS)
ANYBODY_SIGNED_IN: Who = EVERYBODY - {NOBODY}
WITH_ACCOUNT: Who = ANYBODY_SIGNED_IN - {LINK, OTHER_LINK}
STAFF = _of(INSIDE)
LEADING = _of(LEADERS)
GOVERNING = _of(GOVERNORS)
ADMINISTERING = _of(ADMINISTRATORS)
KEEPING = _of(KEEPERS)
FAMILY = _of(OUTSIDE, STRANGER, LINK, OTHER_LINK)

PARTIES = frozenset({Role.PARENT.value, Role.ADVOCATE.value, LINK})  # of the case asked for
THE_PARENT = PARTIES - {Role.ADVOCATE.value}
NO_ONE: Who = frozenset()  # it is about a concern that the headteacher raised
_CASE = "/your-case/{reference}"
_OF_A_CASE: dict[str, Who] = {
    _CASE: PARTIES,
    f"{_CASE}/what-happens-next": PARTIES,
    f"{_CASE}/so-far": PARTIES,
    f"{_CASE}/sent": PARTIES,
    f"{_CASE}/letters/{{letter}}": THE_PARENT,  # each reads the letters to them alone
    f"{_CASE}/letters/{{letter}}/pdf": THE_PARENT,
    f"{_CASE}/files/{{file}}": THE_PARENT,  # and takes out the files that they sent
    f"{_CASE}/meetings/{{meeting}}": PARTIES,
    f"{_CASE}/meetings/{{meeting}}/calendar": PARTIES,
    f"{_CASE}/done/{{what}}": PARTIES,
    "/your-case/new-concern/done/{reference}": NO_ONE,
}
_FORMS_OF_A_CASE = (
    *("your-side", "answer", "disagree", "meet", "times", "code", "advocate", "no-advocate"),
    *("advice", "stop-sharing", "take-back", "further/{path}"),
    *("meetings/{meeting}/recording", "meetings/{meeting}/another-time"),
)
# Whose role handles or oversees the case asked for; the headteacher who raised it sees their side.
HANDLING = _of(
    frozenset(
        {
            *(Role.STAFF, Role.SENIOR_LEADER, Role.HEADTEACHER, Role.GOVERNOR),
            *(Role.CHAIR_OF_GOVERNORS, Role.CLERK, Role.ADMINISTRATOR),
            Role.DATA_PROTECTION_OFFICER,
        }
    )
)
WITH_NAMES = HANDLING - {CONFLICTED, Role.GOVERNOR.value, Role.CHAIR_OF_GOVERNORS.value}
WHO_LOOKED = frozenset(
    {
        *(Role.HEADTEACHER.value, Role.CHAIR_OF_GOVERNORS.value, Role.ADMINISTRATOR.value),
        Role.DATA_PROTECTION_OFFICER.value,
    }
)
WHO_BUNDLED = frozenset({Role.CHAIR_OF_GOVERNORS.value})  # what may go into one differs
WHO_BEGAN = frozenset({Role.HEADTEACHER.value})  # what is not finished is the person's own
RAISING = frozenset(
    {
        *(Role.STAFF.value, Role.SENIOR_LEADER.value, Role.HEADTEACHER.value, CONFLICTED),
        Role.CHAIR_OF_GOVERNORS.value,
    }
)
_BEGUN = "/cases/{reference}/unfinished/{unfinished}"
_CONCERN = "/concerns/unfinished/{concern}"
_OF_A_LEADER: dict[str, Who] = {
    "GET /cases": STAFF,
    "POST /cases/search": STAFF,
    "POST /cases/views": STAFF,
    "POST /cases/views/{view}/remove": STAFF,  # of one's own lists; others' stay
    "GET /cases/{reference}": HANDLING,
    "GET /cases/{reference}/timeline": HANDLING,
    "GET /cases/{reference}/next": HANDLING,
    "GET /cases/{reference}/ladder.svg": HANDLING,
    "GET /cases/{reference}/viewers": WHO_LOOKED,
    "GET /cases/{reference}/link": WITH_NAMES,
    "POST /cases/{reference}/link": WITH_NAMES,
    "GET /cases/{reference}/link/sent": WITH_NAMES,
    "GET /cases/{reference}/letters/{letter}": WITH_NAMES,
    "GET /cases/{reference}/letters/{letter}/pdf": WITH_NAMES,
    "GET /cases/{reference}/files/{file}": WITH_NAMES,
    "GET /cases/{reference}/meetings/{meeting}": WITH_NAMES,
    "GET /cases/{reference}/do/{action}": HANDLING,  # who may not act is told why not
    "POST /cases/{reference}/do/{action}": HANDLING,
    f"GET {_BEGUN}": WHO_BEGAN,
    f"GET {_BEGUN}/letters": WHO_BEGAN,
    f"POST {_BEGUN}/letters": WHO_BEGAN,
    f"GET {_BEGUN}/letters/{{number}}": WHO_BEGAN,
    f"GET {_BEGUN}/letters/{{number}}/pdf": WHO_BEGAN,
    f"GET {_BEGUN}/check": WHO_BEGAN,
    f"POST {_BEGUN}/files/{{file}}/remove": WHO_BEGAN,
    f"POST {_BEGUN}/seen": WHO_BEGAN,
    f"POST {_BEGUN}/check": WHO_BEGAN,
    f"POST {_BEGUN}/give-up": WHO_BEGAN,
    "GET /cases/{reference}/done/{act}": HANDLING,
    "GET /concerns/new": STAFF,  # who may raise none is told so
    "POST /concerns/clauses": NO_ONE,  # it asks under a code that is not named here
    "GET /concerns/new/{policy}/{track}": RAISING,
    "POST /concerns/new/{policy}/{track}": RAISING,
    f"GET {_CONCERN}": WHO_BEGAN,
    f"GET {_CONCERN}/check": WHO_BEGAN,
    f"POST {_CONCERN}/files/{{file}}/remove": WHO_BEGAN,
    f"POST {_CONCERN}/check": WHO_BEGAN,
    f"POST {_CONCERN}/give-up": WHO_BEGAN,
    "GET /concerns/raised/{reference}": HANDLING,
}
OVERSEEING = _of(OVERSEERS)
REPORTED = _of(REPORTED_TO)
REVIEWING = _of(REVIEWERS)
DRAWING = _of(frozenset(MAY_DRAW))
_REVIEW = "/reviews/{review}"
# The headteacher who raised the case sees their own side of it, and reads no finding.
_IN_REVIEW = f"{_REVIEW}/cases/{{reference}}"
FINDING = _of(frozenset(MAY_REVIEW))
# What was begun is asked for before newer ones are, as those take its place.
_OF_A_GOVERNOR: dict[str, Who] = {
    "GET /reviews": REVIEWING,
    "GET /reviews/new": DRAWING,
    "POST /reviews/new": DRAWING,
    f"GET {_REVIEW}": REVIEWING,
    f"GET {_REVIEW}/check/{{check}}": REVIEWING,
    f"POST {_REVIEW}/check": REVIEWING,
    f"GET {_REVIEW}/assign": DRAWING,
    f"POST {_REVIEW}/assign": DRAWING,
    f"GET {_REVIEW}/close": _of(frozenset(MAY_CLOSE)),
    f"POST {_REVIEW}/close": _of(frozenset(MAY_CLOSE)),
    f"GET {_IN_REVIEW}": REVIEWING & HANDLING,
    f"GET {_IN_REVIEW}/finding": FINDING & HANDLING,
    f"POST {_IN_REVIEW}/finding": FINDING & HANDLING,
    f"GET {_IN_REVIEW}/answer": _of(frozenset(MAY_ANSWER)) & HANDLING,
    f"POST {_IN_REVIEW}/answer": _of(frozenset(MAY_ANSWER)) & HANDLING,
    "GET /record": OVERSEEING,
    "GET /record/verification/{verification}": OVERSEEING,
    "POST /record/verification": OVERSEEING,
    "GET /record/checkpoints": OVERSEEING,
    "GET /record/checkpoints/{checkpoint}": OVERSEEING,
    "GET /record/outside": OVERSEEING,
    "GET /record/bundle": OVERSEEING,
    "POST /record/bundle": OVERSEEING,
    "GET /record/bundle/{bundle}": WHO_BUNDLED,
    "GET /record/bundle/{bundle}/file": WHO_BUNDLED,
    "GET /report": REPORTED,
    "POST /report": REPORTED,
    "GET /report/{term_report}": REPORTED,
    "GET /report/{term_report}/plot/{table}": REPORTED,
    "GET /report/{term_report}/file/{format_}": REPORTED,
}
_ADMINISTRATION = "/administration"
_BY_ADMINISTRATORS = (
    *("GET people", "POST people", "GET people/add", "POST people/add", "GET people/list.csv"),
    *("GET people/import", "POST people/import"),
    *("POST people/import/report", "POST people/import/all"),
    *("GET people/{person}", "GET people/{person}/details", "POST people/{person}/details"),
    *("GET people/{person}/roles", "POST people/{person}/roles"),
    *("GET people/{person}/access", "POST people/{person}/access"),
    *("GET keys", "GET keys/change", "POST keys/change", "GET health"),
    *("GET calendar", "GET calendar/change", "POST calendar/change"),
    *("POST calendar/adopt", "POST calendar/go-on"),
    *("GET codes/send", "POST codes/send", "POST codes/adopt"),
    *("GET codes", "GET codes/{policy}/difference", "GET codes/{policy}/{version}"),
    "GET codes/{policy}/{version}/ladder/{track}.svg",
    *("GET codes/{policy}/{version}/adopt", "POST codes/{policy}/{version}/adopt"),
)
TABLE: dict[str, Who] = {
    # standing: for whoever watches over the process
    "GET /live": EVERYBODY,
    "GET /ready": EVERYBODY,
    # everybody
    "GET /": ANYBODY_SIGNED_IN,
    "GET /help": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "GET /accessibility": EVERYBODY,
    # the account menu
    "GET /account/role": ANYBODY_SIGNED_IN,
    "POST /account/role": ANYBODY_SIGNED_IN,
    "POST /sign-out": ANYBODY_SIGNED_IN,
    "GET /signed-out": EVERYBODY,
    # one's own account; a link opens one case, and no account
    "GET /account": WITH_ACCOUNT,
    "GET /account/password": WITH_ACCOUNT,
    "POST /account/password": WITH_ACCOUNT,
    "GET /account/second-factor": WITH_ACCOUNT,
    "POST /account/second-factor": WITH_ACCOUNT,
    "GET /account/new-recovery-codes": WITH_ACCOUNT,
    "POST /account/new-recovery-codes": WITH_ACCOUNT,
    "GET /account/recovery-codes": WITH_ACCOUNT,
    "POST /account/sign-out-everywhere": WITH_ACCOUNT,
    # signing in, and links that work once: whoever holds the token may use it, and nobody else
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/code": EVERYBODY,
    "POST /sign-in/code": EVERYBODY,
    "GET /sign-in/provider": frozenset(),  # none is set up here; it leads back to /sign-in
    "GET /sign-in/provider/back": frozenset(),
    "GET /sign-in/forgotten": EVERYBODY,
    "POST /sign-in/forgotten": EVERYBODY,
    "GET /sign-in/sent": EVERYBODY,
    "GET /sign-in/changed": EVERYBODY,
    "GET /invitation/{token}": EVERYBODY,
    "POST /invitation/{token}": EVERYBODY,
    "GET /reset/{token}": EVERYBODY,
    "POST /reset/{token}": EVERYBODY,
    "GET /set-up/{token}": EVERYBODY,
    "POST /set-up/{token}": EVERYBODY,
    "GET /link": EVERYBODY,
    "POST /link": EVERYBODY,
    "GET /link/sent": EVERYBODY,
    "GET /link/{token}": EVERYBODY,
    "POST /link/{token}": EVERYBODY,
    "POST /link/{token}/again": EVERYBODY,
    # leaders and staff
    "GET /today": STAFF,
    **_OF_A_LEADER,
    **_OF_A_GOVERNOR,
    # administrators; retention and erasures are for those who decide about them, too
    "GET /administration": _of(MAY_OPEN),
    **{
        f"{how} {_ADMINISTRATION}/{path}": ADMINISTERING
        for how, path in (one.split() for one in _BY_ADMINISTRATORS)
    },
    **{f"{how} {_ADMINISTRATION}/retention": _of(MAY_SEE_RETENTION) for how in ("GET", "POST")},
    # a headteacher who has a part in the case is told of no such case
    **{
        f"{how} {_ADMINISTRATION}/retention/{{reference}}": _of(MAY_SEE_RETENTION) - {CONFLICTED}
        for how in ("GET", "POST")
    },
    f"GET {_ADMINISTRATION}/erasures": _of(MAY_SEE_ERASURES),
    **{
        f"{how} {_ADMINISTRATION}/people/{{person}}/erase": _of(frozenset(MAY_REQUEST))
        for how in ("GET", "POST")
    },
    **{
        f"{how} {_ADMINISTRATION}/erasures/{{erasure}}": _of(MAY_SEE_ERASURES)
        for how in ("GET", "POST")
    },
    # parents and advocates
    "GET /your-case": FAMILY,
    "GET /your-case/new-concern": FAMILY,
    "POST /your-case/new-concern": FAMILY,
    # what the parent began to write is theirs, whichever link they came by
    "GET /your-case/new-concern/{draft}/{question}": THE_PARENT | {OTHER_LINK},
    "POST /your-case/new-concern/{draft}/{question}": THE_PARENT | {OTHER_LINK},
    **{f"GET {path}": who for path, who in _OF_A_CASE.items()},
    **{f"{how} {_CASE}/{form}": PARTIES for form in _FORMS_OF_A_CASE for how in ("GET", "POST")},
}


@dataclass(kw_only=True)
class World:
    """A school with somebody in every role, and a case that the visitors ask for."""

    site: Site
    people: dict[str, str]
    places: dict[str, str]

    async def visitor(self, who: str) -> tuple[Browser, str]:
        """A browser in which `who` is signed in, and the token for their forms."""
        browser = await self.site.browser()
        if who == NOBODY:
            shown = await browser.get("/sign-in")
            return browser, hidden(shown.text)[CSRF_FIELD]
        reference = {LINK: self.places["reference"], OTHER_LINK: "EP-2026-9999"}.get(who)
        sessions = self.site.office.sessions
        now = self.site.office.now()
        token = await sessions.start(
            self.people[who],
            Role(who) if who in self.people and who in ROLES else None,
            reference=reference,
            strong=who != WITHOUT_SECOND_FACTOR,
            now=now,
        )
        session = await sessions.find(token, now)
        assert isinstance(session, Session)
        browser.cookies.set(SESSION, token, domain="127.0.0.1", path="/")
        return browser, session.csrf

    async def begin(self) -> None:
        """The headteacher has begun a note and a concern; whoever may has perhaps thrown them
        away since."""
        head = Actor(person=self.people[Role.HEADTEACHER.value], role=Role.HEADTEACHER)
        keep = self.site.school.stores.unfinished.keep
        now = self.site.office.now()
        note = {"step": "", "about": "", "seen": 1, "typed": {}, "letters": {}, "anew": False}
        await keep(
            SCHOOL,
            head,
            "add_note",
            note,
            now,
            id_=self.places["unfinished"],
            reference=self.places["reference"],
        )
        concern = {"policy": self.places["policy"], "track": self.places["track"], "typed": {}}
        await keep(SCHOOL, head, "raise_concern", concern, now, id_=self.places["concern"])

    async def ask(self, who: str, route: str) -> httpx.Response:
        """What the visitor gets; a form is sent empty but for its token."""
        method, _, path = route.partition(" ")
        await self.begin()
        browser, csrf = await self.visitor(who)
        address = path.format(**self.places)
        if method == "GET":
            return await browser.get(address)
        return await browser.request(method, address, data={CSRF_FIELD: csrf})


@pytest.fixture(scope="module")
def post() -> Iterator[Outbox]:
    with running_outbox() as outbox:
        yield outbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, post: Outbox) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("authorisation")
    url = f"sqlite+aiosqlite:///{folder / 'evenhand.db'}"
    async with an_acting_site(url, folder, post) as site:
        site.office.rates = Unhurried()
        yield await a_world(site)


async def a_world(site: Site) -> World:
    """Somebody in every role, and a case that a headteacher of its own raised."""
    people = dict(site.school.people)
    held = {role: person for person in people.values() for role in await _roles(site, person)}
    for role in ROLES:
        if role not in held:
            name = f"Somebody {role.value.replace('_', ' ')}"
            held[role] = await site.school.stores.people.add_person(SCHOOL, name, None, [role])
    add = site.school.stores.people.add_person
    conflicted = await add(SCHOOL, "Nerys Vaughan", None, [Role.HEADTEACHER])
    stranger = await add(SCHOOL, "Petra Kowalska", None, [Role.PARENT])
    cases = await site.office.cases(SCHOOL)
    raised_by = site.school.actor("cara").model_copy(update={"person": conflicted})
    opened = await cases.open("eleanor-palmer-advocates", site.school.concern(), raised_by)
    erasing = Erasing(site.school.stores, ErasedList(site.office.settings.erased_file), SCHOOL)
    erasure = await erasing.request(
        stranger, ErasureGround.OBJECTION, "They moved away.", site.school.actor("farah")
    )
    return World(
        site=site,
        people={
            **{role.value: person for role, person in held.items()},
            CONFLICTED: conflicted,
            STRANGER: stranger,
            LINK: held[Role.PARENT],
            OTHER_LINK: held[Role.PARENT],
            WITHOUT_SECOND_FACTOR: held[Role.HEADTEACHER],
        },
        places={
            "reference": opened.reference,
            "token": "nobody-knows-this-token",
            "policy": "eleanor-palmer-advocates",
            "track": "advocate_conduct",
            "action": "add_note",
            "unfinished": "begun-by-the-headteacher",
            "concern": "concern-of-the-headteacher",
            "number": "0",
            "view": "no-such-view",
            "person": held[Role.PARENT],
            "version": "1.0",
            "erasure": erasure,
            **await _with_its_family(site, opened.reference),
            **await _overseen(site, opened.reference),
        },
    )


async def _overseen(site: Site, reference: str) -> dict[str, str]:
    """The chair has drawn a review and checked it, verified the record, made a bundle, and had a
    term counted."""
    office, stores, chair = site.office, site.school.stores, site.school.actor("dafydd")
    signed = (await stores.checkpoints.make(SCHOOL, AUDIT_KEYS, office.now())).signed
    reviews = Reviews(stores, SCHOOL, now=office.now)
    term = [one for one in CALENDAR.terms if one.start <= office.now().date()][-1].name
    review = await reviews.draw(await reviews.period(term, None, None), Decimal(1), None, chair)
    reading = office.reading(SCHOOL, chair)

    async def checked(_: LongTask) -> DrawChecked:
        return await reviews.check(review.id)

    begin = functools.partial(office.tasks.start, SCHOOL, by=chair)
    whole = verification(stores, office.settings, SCHOOL, None, resume=False)
    one_case = bundle(stores, office.settings, SCHOOL, reading, case=reference)
    begun = {
        "check": begin(Kind.REVIEW_CHECK, checked, about=review.id),
        "verification": begin(Kind.VERIFICATION, whole),
        "bundle": begin(Kind.BUNDLE, one_case, about=reference),
        "term_report": begin(
            Kind.TERM_REPORT, term_report(stores, SCHOOL, office.now(), term), about=term
        ),
    }
    for task in begun.values():
        await office.tasks.wait(task, 60)
        assert task.result is not None, task.problem
    places = {name: task.id for name, task in begun.items()}
    number = str(signed.checkpoint.number)
    return places | {
        "review": review.id,
        "checkpoint": number,
        "table": "stages",
        "format_": "csv",
    }


async def _with_its_family(site: Site, reference: str) -> dict[str, str]:
    """The case has been told to its parent and advocate: a letter and a file of the parent's, and
    a meeting of both."""
    cases = await site.office.cases(SCHOOL)
    ben, hana = site.school.actor("ben"), site.school.actor("hana")
    spoken_to = {"clauses": ["ep.expect.speech"], "reason": "A quiet word."}
    await cases.act(reference, "remind_informally", spoken_to, ben)
    calendar = await site.school.stores.shelf.calendar(
        (await cases.show(reference)).calendar_digest
    )
    at = calendar.next_open_moment(site.office.now() + timedelta(days=9)).isoformat()
    await cases.act(reference, "schedule_meeting", {"at": at}, ben, letters=Sending.AS_DRAFTED)
    sent = [Attachment("plan.pdf", a_pdf())]
    await cases.act(reference, "record_response", {"text": "See this."}, hana, attachments=sent)
    case = await cases.show(reference)
    events = [stored.event for stored in await cases.timeline(reference)]
    return {
        "letter": next(one.id for one in case.letters if one.to == hana.person),
        "meeting": case.meetings[0].id,
        "act": events[0].action_id,
        "file": next(file.id for one in events for file in files_in(one.fact)),
        "what": "answer",
        "path": "talk-with-staff",
        "draft": await _begun_by(site, hana),
        "question": "who",
    }


async def _begun_by(site: Site, parent: Actor) -> str:
    """The id of a concern that a parent has begun to write."""
    draft, now = "5a0c1f5e-0000-4000-8000-000000000000", site.office.now()
    keep = site.school.stores.unfinished.keep
    await keep(SCHOOL, parent, "raise_concern", {"words": "Nobody answers."}, now, id_=draft)
    return draft


async def _roles(site: Site, person: str) -> frozenset[Role]:
    return (await site.school.stores.people.person(person)).roles


async def test_every_route_stands_in_the_table_and_no_other(world: World) -> None:
    routes = {
        f"{method} {route.path}"
        for route in iter_route_contexts(world.site.app.routes)
        for method in route.methods or ()
    }

    assert routes - set(TABLE) == set(), "add a row for each of these"
    assert set(TABLE) - routes == set(), "there is no such route any more"


@pytest.mark.parametrize("route", TABLE)
async def test_only_those_come_in_who_may(world: World, route: str) -> None:
    came_in = {who for who in VISITORS if let_in(await world.ask(who, route))}

    assert came_in == TABLE[route], (
        f"let in against the table: {sorted(came_in - TABLE[route])}; "
        f"kept out against it: {sorted(TABLE[route] - came_in)}"
    )


def let_in(answer: httpx.Response) -> bool:
    """Whether the visitor got further than the door: neither sent to sign in, nor refused."""
    if answer.status_code == 303:
        away = ("/sign-in", "/account/second-factor")
        return not answer.headers["location"].startswith(away)
    assert answer.status_code < 500, answer.text
    return answer.status_code not in (403, 404)
