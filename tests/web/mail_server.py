"""A real SMTP server on loopback, which keeps what it takes and misbehaves on demand."""

from __future__ import annotations

import asyncio
import email
import email.policy
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from ssl import SSLContext
from threading import Lock
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Mailbox:
    """What the server took, in order. Sets of addresses say whom it treats how.

    `dropped` are those at whose mail it takes everything and breaks the connection before it says
    so, as a process that is killed there would see it. While `held`, it takes and does not answer.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.delayed: set[str] = set()
        self.dropped: set[str] = set()
        self.closed = False
        self.held = False
        self.passwords: dict[bytes, bytes] = {}
        self._lock = Lock()

    def of(self, address: str) -> list[EmailMessage]:
        """The mails to an address."""
        with self._lock:
            return [one for one in self.taken if address in str(one["To"])]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.closed:
            return "451 not now"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        if address in self.delayed:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        message: Any = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self.taken.append(message)
        if self.dropped & set(envelope.rcpt_tos):
            server.transport.abort()
        for _ in range(3_000):
            if not self.held:
                break
            await asyncio.sleep(0.02)
        return "250 OK"

    def signs_in(self, login: Any) -> AuthResult:
        assert isinstance(login, LoginPassword)
        good = self.passwords.get(login.login) == login.password
        return AuthResult(success=good, handled=False)


@contextmanager
def mail_server(
    mailbox: Mailbox, port: int = 0, *, tls: SSLContext | None = None, **options: Any
) -> Iterator[int]:
    """Serves, in a thread of its own, until left; answers the port. `tls` from the first byte on.

    Of the options, `tls_context` offers STARTTLS.
    """
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def answering() -> SMTP:
        with warnings.catch_warnings():
            # That signing in without TLS is unsafe is not news to a test on loopback.
            warnings.simplefilter("ignore")
            return SMTP(mailbox, enable_SMTPUTF8=True, **options)

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        server = await loop.create_server(answering, "127.0.0.1", port, ssl=tls)
        started.set_result((server.sockets[0].getsockname()[1], loop, stop))
        await stop.wait()
        server.close()

    with ThreadPoolExecutor(1) as thread:
        serving = thread.submit(asyncio.run, serve())
        port, loop, stop = started.result(timeout=10)
        try:
            yield port
        finally:
            loop.call_soon_threadsafe(stop.set)
            serving.result(timeout=10)


def calendar_of(message: EmailMessage) -> tuple[str, bytes] | None:
    """The method named by the calendar part's type, and its bytes; None without such a part."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return part["Content-Type"].params["method"], content
    return None


def words_of(message: EmailMessage) -> str:
    """The plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
