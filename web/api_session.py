"""Signing in and out for programs that act as a browser does, and who is signed in."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from msgspec import Meta

from booking.account import Account
from booking.sessions import SignedIn
from web.access import ANYONE, SIGNED_IN, may
from web.forms import HttpRequest, Line, NoQuery, body_of, query_of
from web.given import Given
from web.session import sign_in, sign_out
from web.writes import idempotency_key


class SignInBody(msgspec.Struct, frozen=True, kw_only=True):
    email: Line
    password: Annotated[str, Meta(max_length=1000)]


class SignedInShown(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in. `csrf_token` (of browsers) goes into the header X-CSRF-Token."""

    account_id: str
    name: str
    email: str
    role: str
    company_id: str | None
    language: str
    csrf_token: str | None


@post("/api/session", status_code=201, opt=may(ANYONE, body=SignInBody, answer=SignedInShown))
async def open_session(request: HttpRequest, language: Given[str]) -> Response[Any]:
    """Signs in; repeated, it signs in again, and this browser's session before that is over."""
    body = await body_of(request, SignInBody)
    idempotency_key(request)
    session, cookie = await sign_in(request, body.email, body.password)
    shown = _shown(session.account, session, language)
    return Response(shown, status_code=201, cookies=[cookie])


@get("/api/session", opt=may(SIGNED_IN, query=NoQuery, answer=SignedInShown))
async def who(
    request: HttpRequest,
    account: Given[Account],
    session: Given[SignedIn | None],
    language: Given[str],
) -> SignedInShown:
    query_of(request, NoQuery)
    return _shown(account, session, language)


@delete("/api/session", status_code=204, opt=may(SIGNED_IN))
async def close_session(request: HttpRequest) -> Response[None]:
    return Response(None, status_code=204, cookies=[await sign_out(request)])


def _shown(account: Account, session: SignedIn | None, language: str) -> SignedInShown:
    return SignedInShown(
        account_id=account.account_id,
        name=account.name(language),
        email=account.email,
        role=account.role,
        company_id=account.company_id,
        language=account.language,
        csrf_token=session.csrf_token if session else None,
    )


route_handlers = [open_session, who, close_session]
