"""What stands around the whole application: host names, headers of every answer, HEAD, counting."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from booking.config import Settings
from web.metrics import Metrics
from web.problem import Problem
from web.reader import language_of

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
SECRET_PATHS = ("/calendar/", "/api/feeds")
"""Addresses that are secrets themselves, or answers that hold such: no other site hears of them."""
YEAR_SECONDS = 31_536_000

Headers = list[tuple[bytes, bytes]]


class Boundary:
    """ASGI middleware outside Litestar's own, so that it also holds for 404s and faults."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._hosts = settings.allowed_hosts
        self._secure = settings.secure
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        begun, status = perf_counter(), 500
        asked_for_head = scope["method"] == "HEAD"
        path: str = scope["path"]

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(path, list(message.get("headers", [])))
            elif asked_for_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if asked_for_head:
            # RFC 9110, 9.3.2: HEAD is GET without the content.
            scope["method"] = "GET"
        try:
            if _allowed(_host(scope), self._hosts):
                await self._app(scope, receive, send_on)
            else:
                await _refuse_host(scope, send_on)
        finally:
            self._metrics.count(_route(scope), status, perf_counter() - begun)

    def _completed(self, path: str, headers: Headers) -> Headers:
        present = {name.lower() for name, _ in headers}
        secret = path.startswith(SECRET_PATHS)
        always = {
            b"content-security-policy": PAGE_POLICY.encode(),
            b"x-content-type-options": b"nosniff",
            # A policy of no-referrer would make browsers send `Origin: null` with our own forms.
            b"referrer-policy": b"no-referrer" if secret else b"same-origin",
            b"cross-origin-opener-policy": b"same-origin",
            b"cross-origin-resource-policy": b"same-origin",
            b"cache-control": b"no-store",
        }
        if self._secure:
            always[b"strict-transport-security"] = b"max-age=%d" % YEAR_SECONDS
        return [*headers, *((n, v) for n, v in always.items() if n not in present)]


def _route(scope: HTTPScope) -> str:
    """The route's pattern; an address that somebody made up would make a label of its own."""
    return f"{scope['method']} {scope.get('path_template') or '-'}"


def _host(scope: HTTPScope) -> str:
    """The host name that a request is for, without its port."""
    headers: Any = scope["headers"]
    given = next((value for name, value in headers if name.lower() == b"host"), b"")
    name: str = given.decode("latin-1").lower()
    found = re.fullmatch(r"\[([0-9a-f:.]+)\](?::\d+)?|([^:]*)(?::\d+)?", name)
    return (found.group(1) or found.group(2) or "") if found else ""


def _allowed(host: str, hosts: tuple[str, ...]) -> bool:
    return any(
        host == allowed.strip("[]") or (allowed.startswith("*.") and host.endswith(allowed[1:]))
        for allowed in hosts
    )


async def _refuse_host(scope: HTTPScope, send: Send) -> None:
    problem = Problem("wrong-host")
    language = language_of(ASGIConnection(scope))
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-language", language.encode()),
    ]
    body = msgspec.json.encode(problem.body(language))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
