"""The web application: one Litestar app from settings.

How a handler is written, whether it answers JSON or a page:

    @post("/api/devices/{device_id:str}/outages", opt=may(LAB))
    async def schedule(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        language: Given[str],
        device_id: FromPath[str],
    ) -> Response[Outage]: ...

- `Given` and `FromPath` are in `web.given`.
- `opt=may(RULE)` says who may (`web.access`); a handler without it lets nobody in.
- `account` is the signed-in account (or None, with an anonymous rule), `session` the browser's
  session with its `csrf_token` (or None), `testbed` all that commands and queries work with,
  `language` the reader's `ko` or `en`, `as_of` the position asked for (or None for now).
- Input comes through `web.forms`: `body_of` (JSON), `form_of` (HTML form), `query_of`. Refuse by
  raising: `Problem`, `Invalid`, `Rejected`; `web.errors` makes the answer. A page that wants to
  show a form again catches `Invalid` and `Rejected` itself.
- Commands are given by `web.writes.give`, which knows idempotency keys and waits for the views.

Pages plug in as modules: `web.pages` and `web.feeds` with `route_handlers`, and optionally
`web.pages.render_problem` (see `web.errors.RenderProblem`).
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from booking.account import Account
from booking.config import Settings
from booking.sessions import SignedIn
from booking.testbed import Testbed, open_testbed
from booking.worker import Worker
from web import (
    api_availability,
    api_backups,
    api_breakdowns,
    api_claims,
    api_deadlines,
    api_demand,
    api_devices,
    api_events,
    api_feeds,
    api_maintenance,
    api_outages,
    api_overrides,
    api_rates,
    api_reservations,
    api_session,
    api_statements,
    api_steps,
    api_together,
    api_tokens,
    api_upkeep,
    api_usage,
    health,
    openapi,
    usage_log,
)
from web.access import require_access
from web.as_of import provide_as_of
from web.boundary import Boundary
from web.errors import answer_exception
from web.forms import MOST_BYTES
from web.metrics import Metrics
from web.reader import provide_language

API = (
    api_availability,
    api_backups,
    api_breakdowns,
    api_claims,
    api_demand,
    api_deadlines,
    api_devices,
    api_events,
    api_feeds,
    api_maintenance,
    api_outages,
    api_overrides,
    api_rates,
    api_reservations,
    api_session,
    api_statements,
    api_steps,
    api_together,
    api_tokens,
    api_upkeep,
    api_usage,
    health,
    openapi,
    usage_log,
)
PLUGGED_IN = ("web.pages", "web.feeds")


def create_app(url: str, settings: Settings) -> Litestar:
    """The application on the database at `url`, which it connects to when it starts."""
    plugged_in = _plugged_in()
    metrics = Metrics()
    app = Litestar(
        route_handlers=_route_handlers(*API, *plugged_in),
        lifespan=[_lifespan(url, settings)],
        guards=[require_access],
        dependencies={
            "account": Provide(_account, sync_to_thread=False),
            "session": Provide(_session, sync_to_thread=False),
            "testbed": Provide(_testbed, sync_to_thread=False),
            "language": Provide(provide_language, sync_to_thread=False),
            "as_of": Provide(provide_as_of),
        },
        exception_handlers={Exception: answer_exception},
        state=State({"metrics": metrics, "render_problem": _render_problem(plugged_in)}),
        request_max_body_size=MOST_BYTES,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    # Litestar's own middleware is inside its routing, where a 404 never comes.
    app.asgi_handler = Boundary(app.asgi_handler, settings, metrics)
    return app


def _lifespan(url: str, settings: Settings) -> Any:
    @asynccontextmanager
    async def open_for(app: Litestar) -> AsyncIterator[None]:
        async with open_testbed(url, settings) as testbed:
            app.state.testbed = testbed
            stop = asyncio.Event()
            projecting = asyncio.create_task(testbed.projector.run(stop), name="projector")
            deciding = asyncio.create_task(Worker(testbed, url).run(stop), name="deadlines")
            try:
                yield
            finally:
                stop.set()
                await asyncio.gather(projecting, deciding)

    return open_for


def _plugged_in() -> list[ModuleType]:
    return [importlib.import_module(name) for name in PLUGGED_IN if importlib.util.find_spec(name)]


def _route_handlers(*modules: ModuleType) -> list[ControllerRouterHandler]:
    lists: list[Sequence[ControllerRouterHandler]] = [module.route_handlers for module in modules]
    return [handler for handlers in lists for handler in handlers]


def _render_problem(modules: Sequence[ModuleType]) -> Any:
    found = (getattr(module, "render_problem", None) for module in modules)
    return next((render for render in found if render is not None), None)


def _account(request: ASGIConnection[Any, Any, Any, Any]) -> Account | None:
    account: Account | None = request.scope.get("user")
    return account


def _session(request: ASGIConnection[Any, Any, Any, Any]) -> SignedIn | None:
    session: SignedIn | None = request.scope.get("auth")
    return session


def _testbed(state: State) -> Testbed:
    testbed: Testbed = state.testbed
    return testbed
