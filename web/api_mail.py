"""`/api/notices/mail`: whether notices come to somebody by e-mail too.

`/api/notices/undelivered`: mails that were refused for good, for staff to see to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import get, post

from booking import letters
from booking.account import Account
from booking.answered import Within
from booking.mail_choice import choose_mail
from booking.testbed import Testbed
from projections import notices
from web.access import LAB, SIGNED_IN, may
from web.api_overrides import persons
from web.forms import HttpRequest, NoQuery, body_of, query_of
from web.given import Given
from web.language import in_language
from web.notice_words import title_of
from web.shown import Person
from web.step_bodies import NoBody
from web.writes import request_by


class MailBody(msgspec.Struct, frozen=True, kw_only=True):
    """False leaves notices on their page alone, from the next one on."""

    mailed: bool


class MailChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether notices come by e-mail too, and whether there is a server to send any (`sending`)."""

    mailed: bool
    sending: bool


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that could not be mailed. `code` is the mail server's last (RFC 5321, 4.2.3)."""

    position: int
    number: int
    account: Person
    kind: str | None
    title: str
    code: int | None
    refused_at: datetime


class MailState(msgspec.Struct, frozen=True, kw_only=True):
    """`items` were refused for good; `waiting` more wait to be sent, the first since `since`."""

    items: Sequence[Undelivered]
    waiting: int
    since: datetime | None


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many mails are to be sent once more."""

    waiting: int


@get("/api/notices/mail", opt=may(SIGNED_IN, query=NoQuery, answer=MailChoice))
async def mail_choice(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> MailChoice:
    """One's own choice."""
    query_of(request, NoQuery)
    return _choice(testbed, mailed=account.mailed)


@post("/api/notices/mail", status_code=200, opt=may(SIGNED_IN, body=MailBody, answer=MailChoice))
async def choose(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> MailChoice:
    """Turns one's mail on or off, urgent notices as all others; all stay on their page."""
    body = await body_of(request, MailBody)
    account_id = account.account_id

    async def turn(within: Within) -> bytes:
        await choose_mail(within, account_id, mailed=body.mailed)
        return b""

    await testbed.answered.once(request_by(request, account_id, body), account_id, turn)
    return _choice(testbed, mailed=body.mailed)


@get("/api/notices/undelivered", opt=may(LAB, query=NoQuery, answer=MailState))
async def list_undelivered(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> MailState:
    """Where mail is set up: what did not arrive, and whether the mail server is behind."""
    query_of(request, NoQuery)
    return await mail_state(testbed, account, language)


@post("/api/notices/undelivered/retry", status_code=200, opt=may(LAB, body=NoBody, answer=Retried))
async def retry_undelivered(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Retried:
    """Has all of them sent again, once what was wrong with the addresses is mended."""
    asked = request_by(request, account.account_id, await body_of(request, NoBody))

    async def again(within: Within) -> bytes:
        return msgspec.json.encode(Retried(waiting=await letters.try_again(within)))

    answer = await testbed.answered.once(asked, account.account_id, again)
    return msgspec.json.decode(answer, type=Retried)


async def mail_state(testbed: Testbed, account: Account, language: str) -> MailState:
    """What staff should know of the mail; whose mails failed is personal data, so it is noted."""
    reader = testbed.database.app
    failed, waiting = await letters.undelivered(reader), await letters.waiting(reader)
    people = await persons(testbed, language, [one.account_id for one in failed])
    if failed:
        await testbed.access_log.record(account.account_id, "read undelivered mail", "everybody")
    items = []
    for letter in failed:
        notice = await notices.notice_at(reader, letter.position, letter.number)
        items.append(
            Undelivered(
                position=letter.position,
                number=letter.number,
                account=people[letter.account_id],
                kind=notice.kind if notice else None,
                title=title_of(notice, in_language(language)) if notice else "",
                code=letter.code,
                refused_at=letter.changed_at,
            )
        )
    return MailState(items=items, waiting=waiting.count, since=waiting.since)


def _choice(testbed: Testbed, *, mailed: bool) -> MailChoice:
    return MailChoice(mailed=mailed, sending=testbed.settings.smtp_url is not None)


route_handlers = [mail_choice, choose, list_undelivered, retry_undelivered]
