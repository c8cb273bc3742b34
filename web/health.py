"""Liveness, readiness, and counters for Prometheus."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from typing import Any

from litestar import Response, get

from booking.account import Account
from booking.ledger import Head
from booking.testbed import Testbed
from projections.position import ViewPosition
from web.access import ANYONE, PUBLIC, may
from web.api_backups import backup_gauges, backup_state
from web.forms import HttpRequest
from web.given import Given
from web.metrics import Metrics
from web.problem import Problem

CATCH_UP_SECONDS = 1.0
"""How long a probe waits for views that are merely behind."""


@get("/health", opt=may(PUBLIC))
async def health() -> dict[str, str]:
    """The process answers. It asks nothing of the database, whose faults a restart mends not."""
    return {"status": "ok"}


@get("/ready", opt=may(PUBLIC))
async def ready(testbed: Given[Testbed]) -> Response[Any]:
    """The database answers and the views follow. A stopped view degrades pages, not readiness."""
    head = await testbed.ledger.head()
    views = await testbed.projector.positions()
    moving = [name for name, view in views.items() if view.stopped_at is None]
    caught_up = await testbed.projector.wait_for(moving, head.position, CATCH_UP_SECONDS)
    body = {
        "status": "ready" if caught_up else "catching up",
        "stopped_views": sorted(views.keys() - set(moving)),
    }
    return Response(body, status_code=200 if caught_up else 503)


@get("/metrics", opt=may(ANYONE))
async def metrics(
    request: HttpRequest, account: Given[Account | None], testbed: Given[Testbed]
) -> Response[bytes]:
    """For staff, and for whoever asks from this machine itself."""
    if not _from_here(request) and (account is None or not account.is_lab):
        raise Problem("forbidden") if account else Problem("not-signed-in")
    counted: Metrics = request.app.state.metrics
    gauges = _gauges(await testbed.ledger.head(), await testbed.projector.positions())
    backups = backup_gauges(await backup_state(testbed))
    text = "\n".join((*counted.lines(), *gauges, *backups)) + "\n"
    return Response(
        text.encode(),
        # Litestar adds the charset.
        media_type="text/plain; version=0.0.4",
        headers={"X-Process": str(os.getpid())},
    )


def _from_here(request: HttpRequest) -> bool:
    """A request from loopback that no proxy has passed on."""
    passed_on = {"forwarded", "x-forwarded-for", "via", "x-real-ip"} & set(request.headers.keys())
    if passed_on or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _gauges(head: Head, views: Mapping[str, ViewPosition]) -> Iterator[str]:
    yield "# HELP booking_ledger_position Position of the newest event."
    yield "# TYPE booking_ledger_position gauge"
    yield f"booking_ledger_position {head.position}"
    yield "# HELP booking_view_position Position up to which a view holds all events."
    yield "# TYPE booking_view_position gauge"
    for name, view in sorted(views.items()):
        yield f'booking_view_position{{view="{name}"}} {view.position}'
    yield "# HELP booking_view_stopped 1 for a view that an event stopped."
    yield "# TYPE booking_view_stopped gauge"
    for name, view in sorted(views.items()):
        yield f'booking_view_stopped{{view="{name}"}} {int(view.stopped_at is not None)}'


route_handlers = [health, ready, metrics]
