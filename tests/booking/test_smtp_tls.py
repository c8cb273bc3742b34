"""Mail over TLS: real certificates of a real authority, and nothing goes out where they fail."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from booking.config import ConfigurationError, Settings
from booking.smtp import ServerDown, connected
from booking.smtp_url import smtp_server
from tests.certificates import Authority
from tests.web.mail_server import Mailbox, mail_server

SENDER, KIM = "booking@testbed.example", "kim@mudeung.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def mailbox() -> Mailbox:
    """One that lets only `lab` in, and that only over TLS."""
    mailbox = Mailbox()
    mailbox.passwords = {b"lab": b"secret"}
    return mailbox


async def handed_in(url: str) -> None:
    """Hand in a mail; raises ServerDown."""
    message = EmailMessage()
    message["Subject"] = "시험"
    message.set_content("본문")
    async with connected(smtp_server(url), SENDER) as post:
        await post.send(message, KIM)


async def test_tls_from_the_first_byte(authority: Authority, mailbox: Mailbox) -> None:
    """`smtps://` to a server that the file's authority vouches for."""
    with mail_server(mailbox, tls=authority.serving()) as port:
        await handed_in(f"smtps://127.0.0.1:{port}?cafile={authority.file}")
    assert [one["Subject"] for one in mailbox.taken] == ["시험"]


@pytest.mark.parametrize("starttls", ["required", "offered"])
async def test_starttls(authority: Authority, mailbox: Mailbox, starttls: str) -> None:
    """A plain start becomes TLS before user and password go; the server asks for that as well."""
    options = {
        "tls_context": authority.serving(),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": lambda *given: mailbox.signs_in(given[-1]),
    }
    query = f"starttls={starttls}&cafile={authority.file}"
    with mail_server(mailbox, **options) as port:
        await handed_in(f"smtp://lab:secret@127.0.0.1:{port}?{query}")
    assert len(mailbox.taken) == 1


async def test_the_system_s_certificates_are_those_of_its_variable(
    authority: Authority, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `cafile`, SSL_CERT_FILE says whom to trust, as with every program of OpenSSL."""
    with mail_server(mailbox, tls=authority.serving()) as port:
        with pytest.raises(ServerDown):
            await handed_in(f"smtps://127.0.0.1:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        await handed_in(f"smtps://127.0.0.1:{port}")
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
@pytest.mark.parametrize(
    "presented",
    [
        ("127.0.0.1", 1, "other", "unable to get local issuer certificate"),
        ("127.0.0.2", 1, "authority", "certificate is not valid for '127.0.0.1'"),
        ("127.0.0.1", -1, "authority", "certificate has expired"),
    ],
)
async def test_a_certificate_that_proves_nothing_gets_nothing(
    tmp_path: Path, mailbox: Mailbox, scheme: str, presented: tuple[str, int, str, str]
) -> None:
    """Of an authority nobody trusts, for another server, ended: no mail, and a plain word why.

    That holds too where TLS was merely offered: what is offered must be good.
    """
    address, days, trusted, why = presented
    authorities = {name: Authority(tmp_path, name) for name in ("authority", "other")}
    context = authorities["authority"].serving(address, days)
    options = {"tls": context} if scheme == "smtps" else {"tls_context": context}
    with mail_server(mailbox, **options) as port:
        url = f"{scheme}://lab:secret@127.0.0.1:{port}?cafile={authorities[trusted].file}"
        with pytest.raises(ServerDown, match="its certificate is not trusted") as down:
            await handed_in(url)
    assert why in str(down.value)
    assert "secret" not in str(down.value)
    assert mailbox.taken == []


async def test_a_server_without_starttls_is_refused_where_it_is_required(
    mailbox: Mailbox,
) -> None:
    """Nothing goes in the clear, and the log can say why."""
    with mail_server(mailbox) as port:
        with pytest.raises(ServerDown, match="STARTTLS extension not supported"):
            await handed_in(f"smtp://127.0.0.1:{port}?starttls=required")
        await handed_in(f"smtp://127.0.0.1:{port}")
    assert len(mailbox.taken) == 1


async def test_a_plain_server_where_tls_is_expected(mailbox: Mailbox) -> None:
    """`smtps://` to a server that speaks none is a server that is down, not a crash."""
    with mail_server(mailbox) as port, pytest.raises(ServerDown):
        await handed_in(f"smtps://127.0.0.1:{port}")
    assert mailbox.taken == []


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_cafile_that_is_no_use_is_named_at_the_start(tmp_path: Path, content: str | None) -> None:
    """Missing, empty or something else: whoever starts the service reads of it at once."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    url = f"smtps://lab:secret@mail.lab?cafile={file}"
    with pytest.raises(ConfigurationError, match="cafile should be a readable PEM") as wrong:
        Settings.from_environment({"BOOKING_SMTP_URL": url, "BOOKING_MAIL_FROM": SENDER})
    assert "secret" not in str(wrong.value)
