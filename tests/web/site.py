"""Browsers without a window: clients of the pages, signed in as somebody or as nobody."""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from types import TracebackType
from typing import Any, Self

import httpx
from limits import RateLimitItem
from temporalio.testing import WorkflowEnvironment

from domain.vocabulary import Role
from tests.support.school import SCHOOL, SchoolInTest
from web.app import create_app
from web.cookies import SESSION
from web.office import Office
from web.rates import Rates

QUEUE = "in-test"
ADDRESS = "http://127.0.0.1:8080"
_HIDDEN = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)">')
_TAGS = re.compile(r"<(script|style).*?</\1>|<[^>]+>", re.DOTALL)


class Browser(httpx.AsyncClient):
    """A client that keeps cookies, does not follow redirects, and sends forms with what is hidden
    in them."""

    async def send_form(
        self,
        address: str,
        fields: dict[str, Any] | None = None,
        *,
        to: str | None = None,
        files: Any = None,
    ) -> httpx.Response:
        """Opens the page at `address` and sends its form with these fields, to `to` if the form
        leads elsewhere."""
        shown = await self.get(address)
        assert shown.status_code == 200, f"{address}: {shown.status_code}"
        sent = hidden(shown.text) | (fields or {})
        return await self.post(to or address, data=sent, files=files)


class Unhurried(Rates):
    """Counts nothing: a test asks more often than a person does."""

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Lets everybody pass."""


class Site:
    """The pages of a school in a test."""

    def __init__(self, office: Office, school: SchoolInTest) -> None:
        self.office = office
        self.school = school
        self.app = create_app(office)
        self.environment: WorkflowEnvironment | None = None
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.anonymous = await self.browser()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def browser(self) -> Browser:
        """A browser of its own, in which nobody is signed in."""
        transport = httpx.ASGITransport(app=self.app)
        return await self._open.enter_async_context(
            Browser(transport=transport, base_url=ADDRESS, headers={"accept": "text/html"})
        )

    async def as_(
        self,
        who: str,
        role: Role | None = None,
        *,
        reference: str | None = None,
        strong: bool = True,
        now: datetime | None = None,
    ) -> Browser:
        """A browser in which the person with this first name is signed in, with both factors.

        `reference`: by a link that opens this case only.
        """
        actor = self.school.actor(who, role)
        token = await self.office.sessions.start(
            actor.person,
            actor.role,
            reference=reference,
            strong=strong,
            now=now or self.office.now(),
        )
        browser = await self.browser()
        browser.cookies.set(SESSION, token, domain="127.0.0.1", path="/")
        return browser

    async def pass_time(self, span: timedelta) -> None:
        """Lets time go by for the cases and for the pages, where a worker runs."""
        assert self.environment is not None, "time passes on an acting site alone"
        await self.environment.sleep(span)
        now = await self.environment.get_current_time()
        behind = now - datetime.now(UTC)
        self.office.now = lambda: datetime.now(UTC) + behind

    async def open_case(self, **changed: Any) -> str:
        """The reference of a new case about the advocate Idris, raised by Asha of the staff."""
        cases = await self.office.cases(SCHOOL)
        policy = str(changed.pop("policy", "eleanor-palmer-advocates"))
        who = str(changed.pop("raised_by", "asha"))
        opened = await cases.open(policy, self.school.concern(**changed), self.school.actor(who))
        return opened.reference


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page, by name; the last of a name, as the main form comes last."""
    return {found["name"]: unescape(found["value"]) for found in _HIDDEN.finditer(html)}


def words(html: str) -> str:
    """What a person reads on the page, with single spaces."""
    return " ".join(unescape(_TAGS.sub(" ", html)).split())
