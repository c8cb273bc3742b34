"""Style sheets and other files: small, at addresses that never change their meaning."""

from __future__ import annotations

import gzip
import re

from tests.web.conftest import World
from tests.web.form_browser import browser_of
from web.static_files import FOLDER, address_of

CSS_BYTES = 8_000
PAGE_BYTES = 25_000


async def test_a_file_is_kept_for_ever_and_found_by_visitors(world: World) -> None:
    """The sign-in page's style sheet is served to anybody, immutable, packed when asked for."""
    browser = await browser_of(world)
    page = await browser.get("/sign-in")
    (address,) = re.findall(r'href="(/static/site\.[0-9a-f]+\.css)"', page.answer.text)
    plain = await browser.client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.headers["content-type"].startswith("text/css")
    assert "immutable" in plain.headers["cache-control"]
    packed = await browser.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


async def test_nothing_else_is_served(world: World) -> None:
    """Only the files of the folder, only at their addresses."""
    browser = await browser_of(world)
    for path in ("/static/site.css", "/static/..%2flanguage.py", "/static/"):
        assert (await browser.client.get(path)).status_code == 404


async def test_robots_may_fetch_feeds_alone(world: World) -> None:
    """Calendar programs that ask robots.txt are let in; search engines are not."""
    answer = await (await world.client()).get("/robots.txt")
    assert answer.status_code == 200
    assert answer.text.splitlines()[1:] == ["Allow: /calendar/", "Disallow: /"]


async def test_style_sheets_are_small(world: World) -> None:
    """As served, all of them together are at most 8 KB, and hold no address of another site."""
    client = await world.client()
    sheets = []
    for path in sorted(FOLDER.glob("*.css")):
        answer = await client.get(address_of(path.name), headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        sheets.append(answer.content)
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) <= CSS_BYTES
    assert all(b"{" in sheet and b"/*" not in sheet for sheet in sheets)
    assert not any(b"http" in sheet or b"@import" in sheet for sheet in sheets)


async def test_a_page_is_small_and_has_the_policy(world: World) -> None:
    """The timeline is light, and its policy forbids everything that is not ours."""
    browser = await browser_of(world, "kim@mudeung.example")
    answer = (await browser.get("/timeline")).answer
    assert len(gzip.compress(answer.content)) <= PAGE_BYTES
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
