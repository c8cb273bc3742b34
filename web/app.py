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

A module with `route_handlers` is named in `HANDLERS`, once. `web.pages.render_problem` says how a
problem looks to a browser (see `web.errors.RenderProblem`).
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import ModuleType
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from booking.account import Account
from booking.config import Settings
from booking.mailer import Mailer
from booking.sessions import SignedIn
from booking.smtp_url import smtp_server
from booking.testbed import Testbed, open_testbed
from booking.worker import Worker
from web.access import require_access
from web.as_of import provide_as_of
from web.boundary import Boundary
from web.errors import answer_exception
from web.forms import MOST_BYTES
from web.letter_text import letter_of
from web.metrics import Metrics
from web.reader import provide_language
from web.session import recognise_after

HANDLERS = (
    "web.api_availability",
    "web.api_backups",
    "web.api_breakdowns",
    "web.api_calibrations",
    "web.api_claims",
    "web.api_deadlines",
    "web.api_demand",
    "web.api_devices",
    "web.api_events",
    "web.api_feeds",
    "web.api_mail",
    "web.api_maintenance",
    "web.api_notices",
    "web.api_outage_changes",
    "web.api_outages",
    "web.api_outages_listed",
    "web.api_overrides",
    "web.api_rates",
    "web.api_reservations",
    "web.api_session",
    "web.api_statements",
    "web.api_steps",
    "web.api_together",
    "web.api_tokens",
    "web.api_upkeep",
    "web.api_usage",
    "web.api_waitlist",
    "web.health",
    "web.openapi",
    "web.usage_log",
    "web.pages",
    "web.feeds",
)
"""The modules with `route_handlers`: the API by resource, then the pages and the feeds."""


def create_app(url: str, settings: Settings) -> Litestar:
    """The application on the database at `url`, which it connects to when it starts."""
    modules = [importlib.import_module(name) for name in HANDLERS]
    metrics = Metrics()
    app = Litestar(
        route_handlers=_route_handlers(modules),
        lifespan=[_lifespan(url, settings)],
        guards=[require_access],
        after_exception=[recognise_after],
        dependencies={
            "account": Provide(_account, sync_to_thread=False),
            "session": Provide(_session, sync_to_thread=False),
            "testbed": Provide(_testbed, sync_to_thread=False),
            "language": Provide(provide_language, sync_to_thread=False),
            "as_of": Provide(provide_as_of),
        },
        exception_handlers={Exception: answer_exception},
        state=State({"metrics": metrics, "render_problem": _render_problem(modules)}),
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
            mailing = asyncio.create_task(_mail(testbed, url, stop), name="mail")
            try:
                yield
            finally:
                stop.set()
                await asyncio.gather(projecting, deciding, mailing)

    return open_for


async def _mail(testbed: Testbed, url: str, stop: asyncio.Event) -> None:
    """Mails notices where a mail server is set. What they say is the pages' to know."""
    if testbed.settings.smtp_url is not None:
        server = smtp_server(testbed.settings.smtp_url)
        await Mailer(testbed, url, server, partial(letter_of, testbed)).run(stop)


def _route_handlers(modules: Sequence[ModuleType]) -> list[ControllerRouterHandler]:
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
