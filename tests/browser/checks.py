"""What must hold for every page, whoever sees it: everybody can use it, and it is sound HTML.

Set SCREENSHOTS to a folder to look at the pages that the tests see.
"""

import asyncio
import os
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page, ViewportSize

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "web" / "node_modules"
RULES = Path(__file__).parent / "htmlvalidate.json"
NARROW = 360  # pixels: a small telephone
MAGNIFIED = 320  # pixels: what is left of 1280 at 400 %
TELEPHONE: ViewportSize = {"width": NARROW, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    (one) => `${one.id}: ${one.help} (${one.nodes.map((node) => node.target).join(", ")})`
)"""


async def check_page(page: Page, name: str = "", html: str | None = None) -> None:
    """Fails where axe finds a barrier, the HTML is not valid, or a telephone must scroll sideways.

    `name` is that of its screenshots; `html` is its source, where it is the answer to a form.
    """
    await _picture(page, name, "wide")
    barriers = await _barriers(page)
    assert barriers == [], f"{page.url} (wide): {barriers}"
    wide = page.viewport_size
    await _fits(page, DESK["width"] if wide is None else wide["width"])
    await page.set_viewport_size(TELEPHONE)
    await _picture(page, name, "narrow")
    for narrow in (NARROW, MAGNIFIED):
        await page.set_viewport_size({"width": narrow, "height": 740})
        await _fits(page, narrow)
    barriers = await _barriers(page)
    assert barriers == [], f"{page.url} (narrow): {barriers}"
    if wide is not None:
        await page.set_viewport_size(wide)
    faults = await html_faults(html if html is not None else await _source(page))
    assert faults == "", f"{page.url}: {faults}"


async def html_faults(html: str) -> str:
    """What the validator has to say of a page's source; empty where it is valid."""
    process = await asyncio.create_subprocess_exec(
        *(_node(), MODULES / "html-validate" / "bin" / "html-validate.mjs"),
        *("--stdin", "--stdin-filename", "page.html", "--config", RULES, "--formatter", "text"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT / "web",
    )
    said, _ = await process.communicate(html.encode())
    return said.decode().strip() if process.returncode else ""


async def _fits(page: Page, pixels: int) -> None:
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= pixels, f"{page.url} is {width} pixels wide where there are {pixels}"


async def _source(page: Page) -> str:
    # As the server sent it: scripts may have changed what the browser holds.
    answer = await page.request.get(page.url)
    assert answer.status < 500, f"{page.url}: {answer.status}"
    return await answer.text()


async def _barriers(page: Page) -> list[str]:
    await page.evaluate(_axe_source())
    found: list[str] = await page.evaluate(_AXE)
    return found


async def _picture(page: Page, name: str, size: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder and name:
        await page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)


@cache
def _axe_source() -> str:
    return (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@cache
def _node() -> Any:
    import playwright

    # The one that comes with Playwright, so that the machine needs none.
    return Path(playwright.__file__).parent / "driver" / "node"
