"""Every page there is, as somebody who may open it: no barrier, sound HTML, fit for a telephone.

The table of who may open what names the pages, so that a new one is looked at by itself.
"""

from tests.browser.checks import check_page
from tests.browser.conftest import Browsing
from tests.web.site import Unhurried
from tests.web.test_authorisation import EVERYBODY, NOBODY, TABLE, VISITORS, World, a_world
from web.cookies import SESSION

PAGES = [route for route, who in TABLE.items() if route.startswith("GET ") and who]


async def test_every_page_can_be_used_by_everybody(browsing: Browsing) -> None:
    browsing.site.office.rates = Unhurried()
    world = await a_world(browsing.site)
    seen, faults = 0, []
    for route in PAGES:
        try:
            seen += await _looked_at(browsing, world, route)
        except AssertionError as fault:
            faults.append(f"{route}: {fault}")

    assert faults == [], "\n".join(faults)
    assert seen > len(PAGES) // 2  # the others are pictures, and files to take out


async def _looked_at(browsing: Browsing, world: World, route: str) -> bool:
    """Checks the page at a route; False where what is there is no page."""
    await world.begin()
    may = TABLE[route]
    who = NOBODY if may == EVERYBODY else next(one for one in VISITORS if one in may)
    page = await browsing.page()
    try:
        visitor, _ = await world.visitor(who)
        if token := visitor.cookies.get(SESSION):
            cookie = {"name": SESSION, "value": token, "url": browsing.address}
            await page.context.add_cookies([cookie])  # type: ignore[list-item]
        address = route.removeprefix("GET ").format(**world.places)
        answer = await page.request.get(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return False
        await page.goto(address)
        await check_page(page, f"every{address.replace('/', '-')}")
        return True
    finally:
        await page.context.close()
