"""How a mail server is named: `smtp://user:password@host:port?starttls=required&cafile=ca.pem`."""

from __future__ import annotations

import re
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

Starttls = Literal["offered", "required", "no"]
PORTS = {"smtp": 587, "smtps": 465}
"""Of submission, and of submission over TLS (RFC 8314, 3.3)."""
SHAPE = "a URL like smtp://user:password@host:587?starttls=required or smtps://host"
CAFILE = f"{SHAPE}; its cafile should be a readable PEM file of certificates"


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed in. `tls` from the first byte on; `starttls` says what a plain start
    becomes: TLS where it is offered, always, or never. `cafile` is a PEM file of the certificates
    to trust, in place of the system's.
    """

    host: str
    port: int
    tls: bool
    starttls: Starttls
    user: str | None = None
    password: str | None = None
    cafile: str | None = None

    def __repr__(self) -> str:
        """Tracebacks and logs print settings, and must not print passwords."""
        return f"SmtpServer(host={self.host!r}, port={self.port})"


def smtp_server(url: str) -> SmtpServer:
    """The server that a URL names; raises ValueError, whose text says what it should be.

    User and password may be percent-encoded. A password goes over TLS only, but on loopback.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise ValueError(SHAPE) from error
    tls, starttls = parts.scheme == "smtps", options.pop("starttls", "offered")
    cafile = options.pop("cafile", None)
    well_formed = re.fullmatch(r"[A-Za-z0-9.:_-]+", host) and parts.path in {"", "/"}
    known = parts.scheme in PORTS and starttls in get_args(Starttls) and not options
    if not well_formed or not known or parts.fragment or port == 0:
        raise ValueError(SHAPE)
    if (parts.username is None) != (parts.password is None):
        raise ValueError(f"{SHAPE}, with both user and password or neither")
    if parts.password and not tls and starttls != "required" and not _loopback(host):
        starttls = "required" if starttls == "offered" else starttls
        if starttls == "no":
            raise ValueError(f"{SHAPE}; a password is never sent without TLS")
    return SmtpServer(
        host=host,
        port=port or PORTS[parts.scheme],
        tls=tls,
        starttls=starttls,  # type: ignore[arg-type]
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        cafile=cafile,
    )


def url_of_smtp(text: str) -> str:
    """A setting's text that names a server; raises ValueError, also where `cafile` is no use."""
    server = smtp_server(text)
    try:
        trusted(server)
    except OSError as error:
        raise ValueError(CAFILE) from error
    return text


def trusted(server: SmtpServer) -> ssl.SSLContext:
    """What a server's certificate is checked against; raises OSError for an unreadable `cafile`.

    The system's certificates are those of OpenSSL, which obeys SSL_CERT_FILE and SSL_CERT_DIR.
    """
    return ssl.create_default_context(cafile=server.cafile)


def mail_address(text: str) -> str:
    """A setting's text that is an address, with a name or without; raises ValueError."""
    name, address = parseaddr(text)
    try:
        parsed = Address(display_name=name, addr_spec=address)
    except (ValueError, HeaderParseError, IndexError) as error:
        raise ValueError("an address like Testbed <booking@lab.example>") from error
    if not (parsed.username and parsed.domain and address.isascii() and text.isprintable()):
        raise ValueError("an address like Testbed <booking@lab.example>")
    return text


def _loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
