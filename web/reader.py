"""Which of the laboratory's two languages a reader gets."""

from __future__ import annotations

from typing import Any, Literal

from litestar.connection import ASGIConnection

from booking.account import Account

Language = Literal["ko", "en"]
Connection = ASGIConnection[Any, Any, Any, Any]

LANGUAGE_COOKIE = "language"
"""What a visitor chose before signing in; afterwards the account's own language holds."""
LONGEST_HEADER = 500


def language_of(connection: Connection) -> Language:
    """The reader's language: `ko` unless something says otherwise.

    Programs say it with each request (Accept-Language, RFC 9110 12.5.4), people once in their
    account: on pages the account's choice comes first, in the JSON API the header's.
    """
    asked = _accepted(connection.headers.get("accept-language", ""))
    account: Account | None = connection.scope.get("user")
    own = _known(account.language) if account is not None else None
    if connection.scope["path"].startswith("/api/"):
        return asked or own or "ko"
    return own or _known(connection.cookies.get(LANGUAGE_COOKIE)) or asked or "ko"


def provide_language(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    return language_of(request)


def _known(language: str | None) -> Language | None:
    return "ko" if language == "ko" else "en" if language == "en" else None


def _accepted(header: str) -> Language | None:
    """The better liked of ko and en; None where the header names neither."""
    best: tuple[float, Language] | None = None
    for part in header[:LONGEST_HEADER].split(","):
        tag, _, parameter = part.partition(";")
        language = _known(tag.strip().lower().partition("-")[0])
        weight = _weight(parameter)
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = weight, language
    return None if best is None else best[1]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def method_of(connection: Connection) -> str:
    """The request's method."""
    scope: Any = connection.scope
    method: str = scope["method"]
    return method
