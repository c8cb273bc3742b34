"""Every refusal is a problem that names what is wrong, and nothing that is sent makes a 5xx."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import asyncpg
import pytest
from litestar.exceptions import HTTPException

from booking.app import OutOfTries
from booking.identity_error import WORDS as IDENTITY_WORDS
from booking.writer import LedgerNewer, RequestMismatch, Unreachable
from domain.rejected import Rejected
from tests.web.conftest import World, asked
from web.errors import problem_of
from web.forms import MOST_BYTES
from web.problem_words import FIELD_WORDS, PROBLEMS

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"device_id": "\xed\xa0\x80"}', 400),
        (b'{"device_id": "\\ud800"}', 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 200_000, 400),
        (b"NaN", 400),
        (b'{"start": 1e999}', 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"12", 422),
        (b"{}", 422),
        (b"x" * (MOST_BYTES + 1), 413),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(
    world: World, body: bytes, status: int
) -> None:
    """Broken UTF-8, broken and absurdly nested JSON are 400, other things than objects 422."""
    kim = await world.client(KIM)
    headers = {"Content-Type": "application/json"}
    answer = await kim.post("/api/reservations", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("more", "field", "rule"),
    [
        ({"device_id": None}, "device_id", "type"),
        ({"device_id": ["AUT-018"]}, "device_id", "type"),
        ({"device_id": "AUT-018\x00"}, "device_id", "characters"),
        ({"device_id": "AUT\x1f018"}, "device_id", "characters"),
        ({"device_id": "🚗"}, "device_id", "form"),
        ({"start": "2026-12-01T09:00:00"}, "start", "offset"),
        ({"start": "tomorrow"}, "start", "time"),
        ({"start": 1_800_000_000}, "start", "time"),
        ({"start": "9999-12-31T23:59:59-23:59"}, "start", "time_range"),
        ({"end": "2026-13-01T09:00:00Z"}, "end", "time"),
        ({"purpose": ""}, "purpose", "too_short"),
        ({"purpose": "   "}, "purpose", "too_short"),
        ({"purpose": "가" * 2001}, "purpose", "too_long"),
        ({"purpose": "a\x07b"}, "purpose", "characters"),
        ({"purpose": "a\u202eb"}, "purpose", "characters"),
        ({"purpose": "a\u2066b\u2069"}, "purpose", "characters"),
        ({"purpose": "a\u2028b"}, "purpose", "characters"),
        ({"purpose": "a\u2029b"}, "purpose", "characters"),
        ({"usage_type": "other"}, "usage_type", "choice"),
        ({"people": "kim@mudeung.example"}, "people", "type"),
        ({"people": [1]}, "people[0]", "type"),
        ({"people": ["a"] * 21}, "people", "too_many"),
        ({"purpose ": "x"}, "purpose ", "unknown_field"),
    ],
)
async def test_every_wrong_field_is_named_with_its_rule(
    world: World, more: dict[str, Any], field: str, rule: str
) -> None:
    """A wrong field answers 422 with its name, a rule, and words in the reader's language."""
    kim = await world.client(KIM)
    for language in ("en", "ko"):
        answer = await kim.post(
            "/api/reservations", json=asked(**more), headers={"Accept-Language": language}
        )
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["field"], error["rule"]) == (field, rule)
        assert error["message"].isascii() is (language == "en")


async def test_all_wrong_fields_are_named_at_once(world: World) -> None:
    """One answer names everything that is missing, unknown and wrong."""
    kim = await world.client(KIM)
    body = {"device_id": 1, "colour": "red", "end": "soon"}
    answer = await kim.post("/api/reservations", json=body)
    named = {one["field"]: one["rule"] for one in answer.json()["errors"]}
    assert named == {
        "colour": "unknown_field",
        "device_id": "type",
        "end": "time",
        "purpose": "required",
        "start": "required",
    }


async def test_text_in_any_alphabet_is_kept(world: World) -> None:
    """Emoji, decomposed Hangul and line breaks are accepted; Hangul comes back composed."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked(purpose="한글 🚗\r\n둘째 줄 "))
    assert answer.json()["purpose"] == "한글 🚗\n둘째 줄"


async def test_other_media_types_are_refused(world: World) -> None:
    """The JSON API takes JSON only."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", data={"device_id": "AUT-018"})
    assert answer.status_code == 415


async def test_unknown_addresses_and_methods_are_problems(world: World) -> None:
    """404 and 405 are problems as well, the latter with what is allowed."""
    kim = await world.client(KIM)
    missing = await kim.get("/api/nothing")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    wrong = await kim.put("/api/reservations")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method-not-allowed")
    assert "POST" in wrong.headers["allow"]
    assert (await kim.request("BREW", "/api/reservations")).status_code == 405


async def test_head_is_get_without_content(world: World) -> None:
    """HEAD answers the headers of GET and no bytes."""
    kim = await world.client(KIM)
    head, got = await kim.head("/api/devices"), await kim.get("/api/devices")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_every_answer_has_the_headers_of_security(world: World) -> None:
    """Answers, refusals and missing pages carry the policy, nosniff and no-store."""
    kim = await world.client(KIM)
    for path in ("/api/devices", "/api/nothing", "/health", "/metrics"):
        headers = (await kim.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]", "a b"])
async def test_other_hosts_are_not_served(world: World, host: str) -> None:
    """A request for a host that is not on the list is answered by nothing behind the list."""
    kim = await world.client(KIM)
    answer = await kim.get("/api/devices", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("language", "title"), [("ko", "다른 호스트"), ("en", "Misdirected request")]
)
async def test_a_wrong_host_is_told_in_the_readers_language(
    world: World, language: str, title: str
) -> None:
    """The refusal names its language like any other."""
    visitor = await world.client()
    headers = {"Host": "evil.example", "Accept-Language": language}
    answer = await visitor.get("/health", headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (421, title)
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:8000"])
async def test_own_hosts_are_served(world: World, host: str) -> None:
    """Loopback is on the list, with any port and in any case."""
    visitor = await world.client()
    assert (await visitor.get("/health", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel\t", "é"])
async def test_keys_that_cannot_be_are_refused(world: World, key: str) -> None:
    """An idempotency key has 1 to 200 printable characters of ASCII."""
    kim = await world.client(KIM)
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    answer = await kim.post("/api/reservations", json=asked(), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("error", "name", "retry"),
    [
        (OutOfTries(), "busy", True),
        (Unreachable(), "unreachable", True),
        (ConnectionRefusedError(), "unreachable", True),
        (asyncpg.CannotConnectNowError(), "unreachable", True),
        (asyncpg.InterfaceError("closed"), "unreachable", True),
        (asyncpg.DiskFullError(), "disk-full", False),
        (LedgerNewer(), "read-only", True),
        (RequestMismatch(), "idempotency-mismatch", False),
        (Rejected("reservation_unknown", actual="r-1"), "not-found", False),
        (Rejected("wrong_status", limit="a", actual="b"), "not-allowed", False),
        (Rejected("slot_taken"), "slot-taken", False),
        (HTTPException(status_code=418), "malformed", False),
        (HTTPException(status_code=500), "unexpected", False),
        (asyncpg.UndefinedTableError(), "unexpected", False),
        (ZeroDivisionError(), "unexpected", False),
    ],
)
def test_faults_are_told_apart_from_refusals(error: Exception, name: str, *, retry: bool) -> None:
    """What may be tried again says when; what is our fault says nothing of its inside."""
    problem = problem_of(error, "en")
    assert problem.name == name
    assert ("Retry-After" in problem.headers) is retry
    assert json.dumps(problem.body("ko")) != json.dumps(problem.body("en"))


def test_all_words_are_there_in_both_languages() -> None:
    """Every problem, field rule and rule of identity has words in Korean and in English."""
    for words in PROBLEMS.values():
        assert not words.title_ko.isascii()
        assert words.title_en.isascii()
        assert not words.detail_ko.format(limit=1).isascii()
        assert words.detail_en.format(limit=1).isascii()
    for korean, english in FIELD_WORDS.values():
        assert not korean.format(limit=1).isascii()
        assert english.format(limit=1).isascii()
    assert all(words.keys() == {"ko", "en"} for words in IDENTITY_WORDS.values())


async def test_a_fault_is_logged_without_what_people_typed(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected fault answers 500 and logs where it was, without message or address."""
    secret = f"{asked()['purpose']} 비밀"

    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(secret)

    kim = await world.client(KIM)
    monkeypatch.setattr(world.testbed.seals, "seal", fail)
    with caplog.at_level(logging.ERROR):
        answer = await kim.post("/api/reservations", json=asked(purpose=secret))
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/unexpected")
    assert secret not in caplog.text + answer.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_database_that_is_away_is_503(world: World) -> None:
    """When the pool can't connect, the answer is 503 with a time to come back, not 500."""
    kim = await world.client(KIM)
    await world.testbed.database.app.close()
    answer = await asyncio.wait_for(kim.get("/api/devices"), 10)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_a_body_that_trickles_in_is_cut_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that does not arrive in time answers 408."""
    monkeypatch.setattr("web.forms.BODY_SECONDS", 0.1)

    async def trickle() -> Any:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    kim = await world.client(KIM)
    answer = await kim.post(
        "/api/reservations", content=trickle(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 408
