"""Handing mails to a server (RFC 5321), and what its refusals mean for one mail and for all."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from typing import NoReturn

import aiosmtplib
from aiosmtplib import SMTP, SMTPException

from booking.smtp_url import SmtpServer, trusted

CONNECT_SECONDS = 15.0
SEND_SECONDS = 30.0
"""For each step of a mail; a server that takes longer counts as gone."""
GOODBYE_SECONDS = 2.0
PERMANENT = 500
NOT_AVAILABLE = 421
BAD_MAILBOX = 553


class ServerDown(Exception):  # noqa: N818 - a state, named as people say it
    """The server takes no mail of ours at present; it is nobody's letter. `code` may be 0."""

    def __init__(self, code: int, what: str) -> None:
        self.code = code
        super().__init__(f"{what} {code}" if code else what)


class NotTaken(Exception):  # noqa: N818 - an answer
    """One mail was not taken: for good (`permanent`), or it may be tried again."""

    def __init__(self, code: int, *, permanent: bool, disconnected: bool = False) -> None:
        self.code = code
        self.permanent = permanent
        self.disconnected = disconnected
        super().__init__(f"not taken: {code}")


class Post:
    """One connection to the server, over which mails go one after the other."""

    def __init__(self, client: SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand in a mail to one recipient; raises NotTaken or ServerDown."""
        options = [] if recipient.isascii() else ["SMTPUTF8"]
        try:
            # Flattened by the message's own policy, whose lines end as the wire wants them.
            content = message.as_bytes()
            await self._client.sendmail(
                self._sender, [recipient], content, mail_options=options, timeout=SEND_SECONDS
            )
        except (SMTPException, OSError, ValueError) as error:
            _judge(error)


@asynccontextmanager
async def connected(server: SmtpServer, sender: str) -> AsyncIterator[Post]:
    """A connection, signed in where the server's URL has a user. Raises ServerDown."""
    starttls = {"offered": None, "required": True, "no": False}[server.starttls]
    client = None
    try:
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=False if server.tls else starttls,
            tls_context=await asyncio.to_thread(trusted, server),
            timeout=CONNECT_SECONDS,
        )
        await client.connect()
    except (SMTPException, OSError, ValueError) as error:
        if client is not None:
            client.close()
        raise ServerDown(getattr(error, "code", 0), _why(error)) from None
    try:
        yield Post(client, sender)
    finally:
        with suppress(SMTPException, OSError):
            await client.quit(timeout=GOODBYE_SECONDS)
        client.close()


def _why(error: BaseException) -> str:
    """What kept a connection from being made, for the log: in no case what the server said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if type(error) is SMTPException:
        # Without a server's answer, it is the library's own words: that STARTTLS is not offered.
        return str(error)
    return type(error).__name__ if error.__cause__ is None else _why(error.__cause__)


def _judge(error: Exception) -> NoReturn:
    """What a failure means. The server's words may name people, so only its code is kept."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            code = error.recipients[0].code
        case aiosmtplib.SMTPSenderRefused():
            # Nobody's mail would fare better: the sender, or who signed in, is wrong.
            raise ServerDown(error.code, "sender refused") from None
        case aiosmtplib.SMTPResponseException():
            code = error.code
        case aiosmtplib.SMTPNotSupported() | ValueError():
            # An address that this server, or mail at large, does not know how to write.
            raise NotTaken(BAD_MAILBOX, permanent=True) from None
        case _:
            raise NotTaken(0, permanent=False, disconnected=True) from None
    if code == NOT_AVAILABLE:
        raise ServerDown(code, "not available") from None
    raise NotTaken(code, permanent=code >= PERMANENT) from None
