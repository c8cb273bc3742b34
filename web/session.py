"""Who a request comes from, and whether it comes from a page of ours.

Programs send `Authorization: Bearer TOKEN`. Browsers send a session cookie, and with everything
that changes something this session's CSRF token, from a page of this very site (OWASP ASVS 5.0,
3.5.1: Sec-Fetch-Site, or Origin where a browser does not send it).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import Scope

from booking.account import Account
from booking.config import Settings
from booking.identity_error import IdentityError
from booking.sessions import LIFETIME, SignedIn
from booking.testbed import Testbed
from web.forms import HttpRequest, form_fields
from web.problem import Problem
from web.reader import Connection, method_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE: Literal["lax"] = "lax"


def cookie_name(settings: Settings) -> str:
    """With TLS the prefix makes browsers keep the cookie to this host and path, and to TLS."""
    return "__Host-session" if settings.secure else "session"


async def recognise(connection: Connection) -> Account | None:
    """The account of a request, also left in `connection.user`; None for a visitor.

    `connection.auth` is the browser's session, and None for programs; while it is not known, there
    is none. Raises Problem (401) for an API token that is not, or no longer, good: it is never
    taken for a visitor.
    """
    testbed: Testbed = connection.app.state.testbed
    connection.scope["user"] = None
    header = connection.headers.get("authorization")
    if header is not None:
        account = await _by_token(testbed, header)
        if account is None:
            raise Problem(
                "not-signed-in", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )
        connection.scope["user"], connection.scope["auth"] = account, None
        return account
    token = session_token(connection)
    found = await testbed.sessions.find(token) if token else None
    if found is None or not _may_be_here(found.account, testbed.settings):
        connection.scope["auth"] = None
        return None
    connection.scope["user"], connection.scope["auth"] = found.account, found
    return found.account


async def recognise_after(_: Exception, scope: Scope) -> None:
    """Looks up whose browser asked, where no handler did: a missing page has its reader's menu.

    Where that cannot be known the page has to come all the same.
    """
    asked: Any = scope
    if asked["type"] == ScopeType.HTTP and "user" not in asked:
        request: HttpRequest = Request(asked)
        with suppress(Exception):
            if session_token(request):
                await recognise(request)


async def require_own_page(connection: Connection) -> None:
    """Refuses (403) a change that a foreign page may have made a signed-in browser ask for."""
    if method_of(connection) in SAFE_METHODS or "authorization" in connection.headers:
        return
    _require_same_site(connection)
    session: SignedIn | None = connection.scope["auth"]
    if session is None:
        return
    given = connection.headers.get("x-csrf-token")
    if given is None and isinstance(connection, Request):
        given = await _csrf_field(connection)
    if given is None or not session.accepts_csrf(given):
        raise Problem("forged")


async def sign_in(request: HttpRequest, email: str, password: str) -> tuple[SignedIn, Cookie]:
    """A new session and its cookie. A session that the browser had before ends.

    Raises IdentityError (`sign_in`), TooManyFailures.
    """
    testbed: Testbed = request.app.state.testbed
    address = request.client.host if request.client else "unknown"
    account = await testbed.sign_in.verify(email, password, address)
    if not _may_be_here(account, testbed.settings):
        raise IdentityError("sign_in")
    if before := session_token(request):
        await testbed.sessions.close(before)
    token = await testbed.sessions.open(account.account_id)
    session = await testbed.sessions.find(token)
    if session is None:
        raise IdentityError("sign_in")
    return session, session_cookie(testbed.settings, token)


async def sign_out(request: HttpRequest) -> Cookie:
    """Ends the browser's session for good; the cookie to answer with removes the browser's."""
    testbed: Testbed = request.app.state.testbed
    if token := session_token(request):
        await testbed.sessions.close(token)
    return session_cookie(testbed.settings, None)


def credential_of(connection: Connection) -> str:
    """The secret by which `recognise` knew the account of a request."""
    header = connection.headers.get("authorization")
    if header is not None:
        return header.partition(" ")[2].strip()
    return session_token(connection) or ""


def session_token(connection: Connection) -> str | None:
    settings: Settings = connection.app.state.testbed.settings
    return connection.cookies.get(cookie_name(settings))


def session_cookie(settings: Settings, token: str | None) -> Cookie:
    return Cookie(
        key=cookie_name(settings),
        value=token or "",
        max_age=int(LIFETIME.total_seconds()) if token else 0,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite=SAME_SITE,
    )


async def _by_token(testbed: Testbed, header: str) -> Account | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    account = await testbed.api_tokens.find(token.strip())
    return account if account and _may_be_here(account, testbed.settings) else None


def _may_be_here(account: Account, settings: Settings) -> bool:
    """The demonstration's accounts have a password that everybody knows."""
    return settings.demo or not account.demonstration


async def _csrf_field(request: Request[Any, Any, Any]) -> str | None:
    media_type = request.headers.get("content-type", "")
    if not media_type.startswith("application/x-www-form-urlencoded"):
        return None
    given = (await form_fields(request)).get("csrf_token")
    return given if isinstance(given, str) else None


def _require_same_site(connection: Connection) -> None:
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Problem("forged")
        return
    origin = connection.headers.get("origin")
    if origin is None:
        return
    settings: Settings = connection.app.state.testbed.settings
    own = (f"http://{connection.headers.get('host')}", f"https://{connection.headers.get('host')}")
    if origin not in (settings.public_url, *own):
        raise Problem("forged")
