"""Which language a reader gets, and by which hosts the service answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from litestar.connection import ASGIConnection

from booking.account import Account
from tests.web.conftest import World
from web.reader import language_of


@pytest.mark.parametrize(
    ("path", "header", "own", "expected"),
    [
        ("/api/devices", "en", "ko", "en"),
        ("/api/devices", "ko-KR,ko;q=0.9,en;q=0.8", "en", "ko"),
        ("/api/devices", "en;q=0.5, ko;q=0.6", None, "ko"),
        ("/api/devices", "en;q=0", None, "ko"),
        ("/api/devices", "en;q=much", None, "ko"),
        ("/api/devices", "fr, de;q=0.5", "en", "en"),
        ("/api/devices", "", "en", "en"),
        ("/api/devices", "", None, "ko"),
        ("/timeline", "en", "ko", "ko"),
        ("/timeline", "en", None, "en"),
        ("/timeline", "fr", None, "ko"),
    ],
)
def test_the_language_is_the_readers(
    path: str, header: str, own: str | None, expected: str
) -> None:
    """In the API the header comes first, on pages the account's choice; otherwise Korean."""
    scope = {
        "type": "http",
        "path": path,
        "headers": [(b"accept-language", header.encode())],
        "user": None if own is None else _account(own),
        "state": {},
    }
    assert language_of(ASGIConnection(scope)) == expected  # type: ignore[arg-type]


async def test_refusals_say_their_language(world: World) -> None:
    """A problem carries Content-Language, and its words are of that language."""
    kim = await world.client("kim@mudeung.example")
    for language, word in (("ko", "찾을"), ("en", "Not found")):
        answer = await kim.get("/api/nothing", headers={"Accept-Language": language})
        assert answer.headers["content-language"] == language
        assert word in answer.json()["title"]


def _account(language: str) -> Account:

    return Account(
        account_id="a-1",
        email="",
        name_ko="",
        name_en="",
        phone="",
        role="member",
        company_id="mudeung",
        language=language,
        demonstration=False,
        created_at=datetime.now(UTC),
    )
