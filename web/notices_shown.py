"""Notices as their reader sees them, on the page, in the API and in a mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from booking.account import Account
from booking.recipients import addressee_of
from booking.testbed import Testbed
from projections import devices, notices, usage
from projections.notices import Notice
from web.language import in_language
from web.notice_words import path_of, sentence_of, title_of

MOST_COUNTED = 100
"""Beyond this many, the number of new notices says nothing more."""


class NoticeShown(msgspec.Struct, frozen=True, kw_only=True):
    """Something to hear. `title` and `text` are in the reader's language, `path` is its page.

    `company_id` is the company that it is about, if it is about one's affairs.
    `reason` is what somebody typed, null where nothing was or the author was erased. `deadline` is
    by when to act, where that matters.
    """

    position: int
    number: int
    kind: str
    at: datetime
    unread: bool
    title: str
    text: str
    path: str
    device_id: str | None
    device_name: str | None
    company_id: str | None
    company_name: str | None
    reservation_id: str | None
    wish_id: str | None
    start: datetime | None
    end: datetime | None
    deadline: datetime | None
    reason: str | None


async def count_unread(testbed: Testbed, account: Account) -> int:
    """How many notices are new to somebody, counted to a hundred."""
    return await notices.count_new(
        testbed.database.app,
        addressee_of(account),
        read=await testbed.read_marks.position(account.account_id),
        most=MOST_COUNTED,
    )


async def notices_in_full(
    testbed: Testbed, language: str, found: Sequence[Notice], read: int
) -> list[NoticeShown]:
    """Notices that are somebody's to read, who has read through the position `read`."""
    known = await devices.list_devices(testbed.database.app, limit=1_000)
    names = {one.device_id: one.name.in_language(language) for one in known}
    firms = await usage.companies(testbed.database.app)
    companies = {one.company_id: one.name.in_language(language) for one in firms}
    reasons = await testbed.seals.open_many([one.reason for one in found])
    words = in_language(language)
    return [
        NoticeShown(
            position=one.position,
            number=one.number,
            kind=one.kind,
            at=one.recorded_at,
            unread=one.position > read,
            title=title_of(one, words),
            text=sentence_of(one, words),
            path=path_of(one),
            device_id=one.device_id,
            device_name=names.get(one.device_id or ""),
            company_id=one.company_id,
            company_name=companies.get(one.company_id or ""),
            reservation_id=one.reservation_id,
            wish_id=one.wish_id,
            start=one.period.start if one.period else None,
            end=one.period.end if one.period else None,
            deadline=one.deadline,
            reason=reason,
        )
        for one, reason in zip(found, reasons, strict=True)
    ]
