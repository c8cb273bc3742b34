"""A notice as a mail: plain words in the person's language, and a calendar part for bookings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from booking.account import Account
from booking.mailer import TOLD_TOGETHER, BadAddress
from booking.testbed import Testbed
from projections import devices, notices, usage
from projections.notices import Notice
from projections.notices_fold import STAFF
from web.calendar_text import clean
from web.entry_words import text
from web.feed_text import Writer
from web.feeds import origin_of
from web.invitations import Invitation, invitation
from web.language import Language, in_language
from web.notice_words import path_of, path_of_several, sentence_of, title_of

LONGEST_SUBJECT = 120
_TURN_OFF = text("Turn this mail off:")


async def letter_of(testbed: Testbed, notice: Notice, account: Account) -> EmailMessage:
    """The mail that tells somebody of a notice; raises BadAddress.

    Written again, it has the same Message-ID, by which mail programs know it for the same.
    """
    language, origin = in_language(account.language), await origin_of(testbed)
    writer = Writer(
        language=language,
        origin=origin,
        site=testbed.settings.public_url,
        secret="",
        names_device=True,
        buffers=False,
    )
    told = await invitation(testbed, notice, account, language, writer)
    also = await _told_with(testbed, notice)
    message = _addressed(testbed, account, language)
    message["Subject"] = await _subject(testbed, notice, language, also)
    message["Date"] = notice.recorded_at.astimezone(UTC)
    message["Message-ID"] = message_id(notice, account.account_id, origin)
    # RFC 3834: nobody's holiday programme should answer this.
    message["Auto-Submitted"] = "auto-generated"
    # RFC 2369; the page asks who it is, so that nobody turns off somebody else's mail.
    message["List-Unsubscribe"] = f"<{_switch(testbed)}>"
    message.set_content(await _text(testbed, notice, language, also), cte="base64")
    message["Content-Language"] = language.code
    if told is not None:
        _attach(message, told)
    return message


def message_id(notice: Notice, account_id: str, origin: str) -> str:
    """The same for the same notice to the same person, and for no other.

    The recorded time tells apart what stood at a position before a restore and what came after.
    """
    named = (origin, notice.position, notice.number, notice.recorded_at.isoformat(), account_id)
    digest = hashlib.sha256("\n".join(map(str, named)).encode()).hexdigest()
    return f"<{notice.position}.{notice.number}.{digest[:32]}@{origin}>"


async def _told_with(testbed: Testbed, notice: Notice) -> Sequence[Notice]:
    """The others that this mail tells of too."""
    if notice.kind not in TOLD_TOGETHER:
        return ()
    return (await notices.told_together(testbed.database.app, notice))[1:]


async def _subject(
    testbed: Testbed, notice: Notice, language: Language, also: Sequence[Notice]
) -> str:
    device = await _device_name(testbed, notice, language)
    more = language.text("and %(num)s more", num=len(also)) if also else None
    return _line(" · ".join(filter(None, (title_of(notice, language), device, more))))


def _addressed(testbed: Testbed, account: Account, language: Language) -> EmailMessage:
    # Lines of the parts end with CRLF, as iCalendar and the wire ask for.
    message = EmailMessage(policy=_LINES.clone(utf8=not account.email.isascii()))
    name, address = testbed.settings.mail_sender
    try:
        message["From"] = Address(name or language.text("Testbed booking"), addr_spec=address)
        message["To"] = Address(_line(account.name(language.code)), addr_spec=account.email)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadAddress from error
    return message


async def _text(
    testbed: Testbed, notice: Notice, language: Language, also: Sequence[Notice]
) -> str:
    reason = (await testbed.seals.open_many([notice.reason]))[0]
    path = path_of_several(notice) if also else path_of(notice)
    about = [await _about(testbed, one, language) for one in (notice, *also)]
    sender = f"{language.text('Testbed booking')} {testbed.settings.public_url}"
    switch = f"{language.text(_TURN_OFF)} {_switch(testbed)}"
    parts = (
        title_of(notice, language),
        "\n".join(filter(None, (*about, await _whose(testbed, notice, language)))),
        sentence_of(notice, language),
        f"“{clean(reason)}”" if reason else "",
        f"{testbed.settings.public_url}{path}",
        f"--\n{sender}\n{switch}",
    )
    return "\n\n".join(filter(None, parts)) + "\n"


async def _about(testbed: Testbed, notice: Notice, language: Language) -> str:
    """What a notice is about: device and time, on lines of their own."""
    device = await _device_name(testbed, notice, language)
    span = None if notice.period is None else language.span(notice.period)
    return "\n".join(filter(None, (device, span)))


async def _whose(testbed: Testbed, notice: Notice, language: Language) -> str | None:
    """The company that the laboratory's people hear about; a company's own know theirs."""
    if notice.recipient != STAFF or notice.company_id is None:
        return None
    company = await usage.company(testbed.database.app, notice.company_id)
    return None if company is None else company.name.in_language(language.code)


async def _device_name(testbed: Testbed, notice: Notice, language: Language) -> str | None:
    if notice.device_id is None:
        return None
    device = await devices.get_device(testbed.database.app, notice.device_id)
    if device is None:
        return notice.device_id
    return f"{notice.device_id} {device.name.in_language(language.code)}"


def _switch(testbed: Testbed) -> str:
    """Where people turn their mail on and off."""
    return f"{testbed.settings.public_url}/notices#mail"


def _attach(message: EmailMessage, told: Invitation) -> None:
    """The method stands in the part's type as in the calendar (RFC 6047, 2.4)."""
    message.add_alternative(
        told.calendar.decode(),
        subtype="calendar",
        charset="utf-8",
        cte="base64",
        params={"method": told.method},
    )
    # The parts' border follows from the mail, so that a repeated one is the same bytes.
    digest = hashlib.sha256(message["Message-ID"].encode()).hexdigest()
    message.set_boundary(f"={digest[:40]}=")


def _line(text: str) -> str:
    """Text for a header: one line, whatever was in it."""
    return " ".join(clean(text).split())[:LONGEST_SUBJECT]


class _Lines(EmailPolicy):
    """As `email.policy.SMTP`, whose folding loses spaces between encoded words of a subject.

    It encodes an address of the web that is longer than a line too, which RFC 2369 forbids.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name != "Subject":
            return super().fold_binary(name, value)
        encoded = Header(str(value), header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}".encode("ascii")


_LINES = _Lines(linesep="\r\n")
