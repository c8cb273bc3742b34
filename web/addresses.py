"""The address of a page, to come back to: also of one that answers a form."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.utils import normalize_path

from web.forms import HttpRequest
from web.session import session_token


def address_of_page(request: HttpRequest, home: str | None = None) -> str:
    """Path and query of this page.

    Many addresses take forms alone. What is shown there has its own at `home`, or at the nearest
    address above.
    """
    path = request.scope["path"]
    forms_alone = isinstance(_refusal(request.app, path), MethodNotAllowedException)
    if request.method == "GET" and not forms_alone:
        query = request.scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path
    return home or nearest_page(request.app, path)


def nearest_page(app: Litestar, path: str) -> str:
    """The nearest address, at a path or above it, that can be opened."""
    while path != "/" and _refusal(app, path) is not None:
        path = path.rpartition("/")[0] or "/"
    return path


def takes_choices(request: HttpRequest) -> bool:
    """Whether forms of this page would be taken: not where a browser's session is not known.

    That is so where it could not be looked up; the page then lacks the session's token.
    """
    scope: Any = request.scope
    return "auth" in scope or session_token(request) is None


def _refusal(app: Litestar, path: str) -> HTTPException | None:
    """Why there is nothing to open at a path; None where there is."""
    try:
        app.asgi_router.handle_routing(path=normalize_path(path), method="GET")
    except HTTPException as error:
        return error
    return None
