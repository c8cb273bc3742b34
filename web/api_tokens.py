"""`/api/tokens`: an account's own API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from msgspec import Meta

from booking.account import Account
from booking.answered import Within
from booking.api_tokens import DEFAULT_DAYS, MOST_DAYS, PREFIX, ApiToken, ApiTokens
from booking.testbed import Testbed
from web.access import SIGNED_IN, may
from web.forms import HttpRequest, Line, body_of, query_of
from web.given import FromPath, Given
from web.lists import OwnPaged, Page, cut, newest_first
from web.problem import Problem
from web.session import credential_of
from web.writes import request_by


class TokenBody(msgspec.Struct, frozen=True, kw_only=True):
    name: Line
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


class TokenShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token as its owner sees it; the secret `token` itself only when it is made."""

    token_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    token: str | None = None


@get("/api/tokens", opt=may(SIGNED_IN, query=OwnPaged, answer=Page[TokenShown]))
async def list_tokens(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Page[TokenShown]:
    """Newest first."""
    query = query_of(request, OwnPaged)
    found = await testbed.api_tokens.list(account.account_id)
    page, further = cut(found, query, lambda one: newest_first(one.created_at, one.token_id))
    return Page(items=[_shown(token) for token in page], next=further)


@post("/api/tokens", status_code=201, opt=may(SIGNED_IN, body=TokenBody, answer=TokenShown))
async def issue_token(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[Any]:
    """The answer, and a repeated one within a day, shows the secret; nothing else ever does."""
    body = await body_of(request, TokenBody)
    account_id = account.account_id

    async def make(within: Within, secret: str) -> bytes:
        tokens = ApiTokens(within)
        await tokens.issue(account_id, body.name, body.days, secret)
        return msgspec.json.encode(_shown((await tokens.list(account_id))[0]))

    answer, secret = await testbed.answered.once_with_secret(
        request_by(request, account_id, body), account_id, credential_of(request), make
    )
    shown = msgspec.json.decode(answer, type=TokenShown)
    return Response(msgspec.structs.replace(shown, token=PREFIX + secret), status_code=201)


@delete("/api/tokens/{token_id:str}", status_code=204, opt=may(SIGNED_IN))
async def revoke_token(
    account: Given[Account], testbed: Given[Testbed], token_id: FromPath[str]
) -> None:
    if not await testbed.api_tokens.revoke(token_id, account.account_id):
        raise Problem("not-found")


def _shown(token: ApiToken) -> TokenShown:
    return TokenShown(
        token_id=token.token_id,
        name=token.name,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )


route_handlers = [list_tokens, issue_token, revoke_token]
