"""Settings: `BOOKING_*` variables of the environment, and command line options above them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from booking.smtp_url import mail_address, url_of_smtp

HIGHEST_PORT = 65535


class ConfigurationError(Exception):
    """A setting is wrong; the text names its variable, its value and what it should be."""


def _url_of_database(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("a URL like postgresql://user:password@host/database")
    return text


def _url_of_site(text: str) -> str:
    if not re.fullmatch(
        r"https?://([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?", text.lower(), re.ASCII
    ):
        raise ValueError("a URL without a path, like https://booking.example.org")
    return text.lower().rstrip("/")


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _switch(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError("1 or 0")
    return words[text.lower()]


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    for name in names:
        if not re.fullmatch(r"(\*\.)?[a-z0-9._\[\]:-]+", name):
            raise ValueError("names of hosts with commas between, like booking.example.org,*.lab")
    return names


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise ValueError("an address or a name, like 127.0.0.1")
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _setting(
    default: object,
    read: Callable[[str], Any],
    meaning: str,
    shown: str = "",
    *,
    printed: bool = True,
) -> Any:
    """A field with what reads its variable and what the README says about it.

    Tracebacks and logs print settings; one that may hold a password is not `printed`.
    """
    about = {"read": read, "meaning": meaning, "default": shown or str(default)}
    return field(default=default, metadata=about, repr=printed)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside; `markdown_table` writes it down for the README."""

    database_url: str | None = _setting(
        None,
        _url_of_database,
        "PostgreSQL 15 or later to use; several hosts may be listed for failover. Without it, the "
        "embedded PostgreSQL runs in the data folder.",
        "embedded",
    )
    owner_url: str | None = _setting(
        None,
        _url_of_database,
        "PostgreSQL user that owns the schema, used for migrations alone.",
        "`BOOKING_DATABASE_URL`",
    )
    data: Path = _setting(  # noqa: RUF009 - it makes a field, as dataclasses.field does
        Path("data"), _folder, "Folder of the embedded database and of the keys.", "./data"
    )
    host: str = _setting("127.0.0.1", _host, "Address to listen on.")
    port: int = _setting(8000, _number(1, HIGHEST_PORT), "Port to listen on.")
    workers: int = _setting(1, _number(1, 64), "Web processes.")
    public_url: str = _setting(
        "",
        _url_of_site,
        "Where people reach the service; feeds and links carry it, and with https cookies are "
        "kept to TLS.",
        "http://HOST:PORT",
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (),
        _names,
        "Further host names that requests may carry, with commas between.",
        "that of `BOOKING_PUBLIC_URL`, and loopback",
    )
    app_connections: int = _setting(
        10, _number(5, 150), "Connections of each web process for decisions and pages."
    )
    views_connections: int = _setting(
        3, _number(1, 50), "Connections of each web process for projecting views."
    )
    backup_hours: int = _setting(
        0,
        _number(0, 720),
        "Hours between backups that `booking serve` makes by itself; 0 for never.",
    )
    backup_folder: Path | None = _setting(  # noqa: RUF009 - as above
        None,
        _folder,
        "Folder of these backups; those older than 30 days are deleted from it.",
        "`backups` in `BOOKING_DATA`",
    )
    erasures: Path | None = _setting(  # noqa: RUF009 - as above
        None,
        _folder,
        "List of erased accounts that a restore applies; keep it apart from the backups.",
        "`erased.jsonl` in `BOOKING_DATA`",
    )
    smtp_url: str | None = _setting(
        None,
        url_of_smtp,
        "Mail server for notices, `smtp://user:password@host:587` (TLS where offered; "
        "`?starttls=required` insists, `?starttls=no` never) or `smtps://…`; `?cafile=ca.pem` "
        "names the certificates to trust in place of the system's. Without it no mail is sent; "
        "with it, notices from then on are.",
        "none",
        printed=False,
    )
    mail_from: str = _setting(
        "",
        mail_address,
        "Address that mails come from and answers go to; needed with `BOOKING_SMTP_URL`.",
        "none",
    )
    demo: bool = _setting(
        False,
        _switch,
        "1 lets the accounts of the demonstration sign in; `booking demo` sets it.",
        "0",
    )

    def __post_init__(self) -> None:
        """Fill in what follows from other settings."""
        if self.owner_url and not self.database_url:
            raise ConfigurationError("BOOKING_OWNER_URL is set and BOOKING_DATABASE_URL is not.")
        if self.smtp_url and not self.mail_from:
            raise ConfigurationError("BOOKING_SMTP_URL is set and BOOKING_MAIL_FROM is not.")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared only
        own = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        public_url = self.public_url or own
        hosts = (urlsplit(public_url).hostname or "", "127.0.0.1", "localhost", "::1")
        object.__setattr__(self, "owner_url", self.owner_url or self.database_url)
        object.__setattr__(self, "public_url", public_url)
        allowed = tuple(dict.fromkeys((*hosts, *self.allowed_hosts)))
        object.__setattr__(self, "allowed_hosts", allowed)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **options: object
    ) -> Self:
        """Read the settings; raises ConfigurationError.

        An option that is not None overrides its variable and is checked like it; empty variables
        count as missing.
        """
        environment = os.environ if environment is None else environment
        known = {setting.name: setting for setting in fields(cls)}
        if unknown := options.keys() - known.keys():
            raise TypeError(f"no such settings: {sorted(unknown)}")
        values: dict[str, Any] = {}
        for name, setting in known.items():
            given = options.get(name)
            source = f"--{name.replace('_', '-')}"
            if given is None:
                source = variable_of(name)
                given = environment.get(source, "").strip() or None
            if given is not None:
                text = ",".join(given) if isinstance(given, tuple) else str(given)
                values[name] = _read(source, text, setting.metadata["read"])
        return cls(**values)

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used."""
        return self.database_url is None

    @property
    def backups(self) -> Path:
        """The folder of the backups that are made by themselves."""
        return self.backup_folder or self.data / "backups"

    @property
    def mail_sender(self) -> tuple[str, str]:
        """Name (which may be empty) and address that mails come from."""
        return parseaddr(self.mail_from)

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.public_url.startswith("https://")


def variable_of(name: str) -> str:
    """The environment's variable of a setting."""
    return f"BOOKING_{name.upper()}"


def markdown_table() -> str:
    """All settings as a table for the README."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    rows += [
        f"| `{variable_of(it.name)}` | {it.metadata['default']} | {it.metadata['meaning']} |"
        for it in fields(Settings)
    ]
    return "\n".join(rows) + "\n"


def _read(source: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        # A wrong URL may hold a password, and messages end up in logs.
        shown = "" if "URL" in source else f", not {text!r}"
        raise ConfigurationError(f"{source} should be {error}{shown}.") from error
