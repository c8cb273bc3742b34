"""Mail servers are named by a URL, passwords go over TLS, and what a server says is understood."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from booking.config import ConfigurationError, Settings
from booking.smtp import NotTaken, ServerDown, connected
from booking.smtp_url import SmtpServer, mail_address, smtp_server
from tests.web.mail_server import Mailbox, mail_server

SENDER = "booking@testbed.example"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.lab", SmtpServer(host="mail.lab", port=587, tls=False, starttls="offered")),
        (
            "smtps://mail.lab:4650",
            SmtpServer(host="mail.lab", port=4650, tls=True, starttls="offered"),
        ),
        (
            "smtp://[::1]:25?starttls=no",
            SmtpServer(host="::1", port=25, tls=False, starttls="no"),
        ),
        (
            "smtp://lab%40x:p%2Fw%3A@mail.lab",
            SmtpServer(
                host="mail.lab",
                port=587,
                tls=False,
                starttls="required",
                user="lab@x",
                password="p/w:",
            ),
        ),
    ],
)
def test_a_url_names_a_server(url: str, server: SmtpServer) -> None:
    """Ports of submission by default; a password makes TLS required, but on loopback."""
    assert smtp_server(url) == server
    assert "p/w" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.lab:25",
        "http://mail.lab",
        "smtp://",
        "smtp://mail.lab:99999",
        "smtp://mail.lab:0",
        "smtp://mail.lab/inbox",
        "smtp://mail.lab?starttls=perhaps",
        "smtp://mail.lab?tls=1",
        "smtp://secret@mail.lab",
        "smtp://user:secret@mail.lab?starttls=no",
        "smtp://ma il.lab",
    ],
)
def test_a_wrong_url_is_named_without_its_password(url: str) -> None:
    """The message says what a URL looks like and repeats nothing of it."""
    with pytest.raises(ConfigurationError, match=r"^BOOKING_SMTP_URL should be a URL") as wrong:
        Settings.from_environment({"BOOKING_SMTP_URL": url, "BOOKING_MAIL_FROM": SENDER})
    assert "secret" not in str(wrong.value)


def test_a_server_needs_a_sender() -> None:
    """Without an address to come from no mail can be sent; settings do not print passwords."""
    url = "smtps://lab:secret@mail.lab"
    with pytest.raises(ConfigurationError, match="BOOKING_MAIL_FROM is not"):
        Settings.from_environment({"BOOKING_SMTP_URL": url})
    settings = Settings.from_environment({"BOOKING_SMTP_URL": url, "BOOKING_MAIL_FROM": SENDER})
    assert settings.mail_sender == ("", SENDER)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("text", ["lab", "a@b@c", "lab@", "랩@lab.example", "a@b\nx: y"])
def test_a_wrong_sender_is_named(text: str) -> None:
    """It has to be an address that every mail server reads."""
    with pytest.raises(ConfigurationError, match=r"^BOOKING_MAIL_FROM should be an address"):
        Settings.from_environment({"BOOKING_MAIL_FROM": text})


def test_a_sender_may_have_a_name() -> None:
    """Korean names are fine: they go into a header, not into the envelope."""
    assert mail_address("테스트베드 <booking@testbed.example>").startswith("테스트베드")


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "시험"
    message.set_content("본문")
    return message


async def test_it_signs_in_and_hands_in() -> None:
    """User and password of the URL are those that the server is told."""
    mailbox = Mailbox()
    mailbox.passwords = {b"lab": b"p:w"}
    options = {"authenticator": lambda *given: mailbox.signs_in(given[-1])}
    with mail_server(mailbox, auth_require_tls=False, auth_required=True, **options) as port:
        url = f"smtp://lab:p%3Aw@127.0.0.1:{port}"
        async with connected(smtp_server(url), SENDER) as post:
            await post.send(a_mail(), "kim@mudeung.example")
        with pytest.raises(ServerDown, match="535"):
            async with connected(smtp_server(url.replace("p%3Aw", "wrong")), SENDER):
                pass
        with pytest.raises(ServerDown, match="530"):
            async with connected(smtp_server(f"smtp://127.0.0.1:{port}"), SENDER) as post:
                await post.send(a_mail(), "kim@mudeung.example")
    (taken,) = mailbox.taken
    assert (taken["Subject"], taken.get_content().strip()) == ("시험", "본문")


async def test_an_address_with_letters_of_any_script() -> None:
    """RFC 6531, where the server knows it."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        async with connected(smtp_server(f"smtp://127.0.0.1:{port}"), SENDER) as post:
            await post.send(a_mail(), "하늘@mudeung.example")
    assert len(mailbox.taken) == 1


async def test_what_refusals_mean() -> None:
    """5xx at a recipient is for good, 4xx for now; one refusal leaves the connection usable."""
    mailbox = Mailbox()
    mailbox.refused, mailbox.delayed, mailbox.dropped = {"a@x.kr"}, {"b@x.kr"}, {"c@x.kr"}
    with mail_server(mailbox) as port:
        async with connected(smtp_server(f"smtp://127.0.0.1:{port}"), SENDER) as post:
            with pytest.raises(NotTaken) as refused:
                await post.send(a_mail(), "a@x.kr")
            with pytest.raises(NotTaken) as delayed:
                await post.send(a_mail(), "b@x.kr")
            await post.send(a_mail(), "d@x.kr")
            with pytest.raises(NotTaken) as dropped:
                await post.send(a_mail(), "c@x.kr")
    assert [(one.value.code, one.value.permanent) for one in (refused, delayed, dropped)] == [
        (550, True),
        (451, False),
        (0, False),
    ]
    assert dropped.value.disconnected
    with pytest.raises(ServerDown):
        async with connected(smtp_server(f"smtp://127.0.0.1:{port}"), SENDER):
            pass


async def test_tls_is_insisted_on_where_it_is_required() -> None:
    """A server that offers none, or whose certificate nobody vouches for, gets nothing."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        url = f"smtp://127.0.0.1:{port}?starttls=required"
        with pytest.raises(ServerDown):
            async with connected(smtp_server(url), SENDER):
                pass
    assert mailbox.taken == []
