"""From settings to a service: the database, brought up to date, and the web processes on top."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from booking.config import Settings, variable_of
from booking.database import migrate
from booking.postgres import running_server

APPLICATION = "web.asgi:app"
HEADER_SECONDS = 10
"""Within which a client has to send its request's headers, or it is dropped."""
STOP_SECONDS = 8
"""That requests under way get to end when the service is stopped."""
RESPAWN_SECONDS = 0.2
PORT_SECONDS = 3
"""For which a port may still be held by web processes of a service that was killed."""
QUICK_SECONDS = 10
QUICK_ENDS = 3
"""Web processes that end so soon after their start, so many times in a row, are broken."""


class ServingError(Exception):
    """The service can't be had; the text says why and what to do."""


@contextmanager
def available_database(settings: Settings) -> Iterator[str]:
    """The URL of the database, migrated. The embedded one runs for as long as this lasts."""
    if settings.database_url is not None:
        asyncio.run(migrate(settings.owner_url or settings.database_url))
        yield settings.database_url
        return
    with running_server(settings.data) as server:
        asyncio.run(migrate(server.url))
        yield server.url


def require_free_port(settings: Settings) -> None:
    """Refuse a port that others listen on, before anything else is begun."""
    give_up = time.monotonic() + PORT_SECONDS
    while True:
        try:
            family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
            with socket.socket(family) as listening:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((settings.host, settings.port))
        except OSError as error:
            if time.monotonic() > give_up:
                raise ServingError(
                    f"cannot listen on {settings.host}, port {settings.port} "
                    f"({error.strerror}): choose another with --host and --port."
                ) from error
            time.sleep(0.1)
        else:
            return


def when_listening(settings: Settings, call: Callable[[], None]) -> None:
    """Call back, from a thread, once somebody can connect: an address that is said works."""

    def wait() -> None:
        while True:
            try:
                socket.create_connection((settings.host, settings.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                call()
                return

    threading.Thread(target=wait, daemon=True, name="announce").start()


def serve_web(settings: Settings, url: str, application: str = APPLICATION) -> None:
    """Serve until SIGINT or SIGTERM. Web processes that end otherwise are started again.

    `application` names a factory of an ASGI application. Raises ServingError when web processes
    do not get anywhere.
    """
    os.environ.update(_environment(settings, url))
    # A child must not inherit the thread that looks after the database, in whatever it is doing.
    multiprocessing.set_start_method("spawn", force=True)
    quick_ends = 0
    while quick_ends < QUICK_ENDS:
        began = time.monotonic()
        server = _granian(settings, application)
        try:
            server.serve(target_loader=_load)
        except SystemExit:
            # Granian gives up when a process ends twice within seconds; a killer may do that, too.
            if server.interrupt_signal:
                return
        else:
            return
        quick_ends = quick_ends + 1 if time.monotonic() - began < QUICK_SECONDS else 0
    raise ServingError("the web processes end as soon as they are started; see above why.")


def _granian(settings: Settings, application: str) -> Any:
    return Granian(
        application,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=settings.workers,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=STOP_SECONDS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.warning,
    )


def _environment(settings: Settings, url: str) -> dict[str, str]:
    """The settings as web processes read them, with the database's URL whatever it came from."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    values |= {"database_url": url, "owner_url": None, "demo": int(settings.demo)}
    values["allowed_hosts"] = ",".join(settings.allowed_hosts)
    return {variable_of(name): str(value or "") for name, value in values.items()}


def _load(application: str) -> Callable[..., Any]:
    """Load the application within a web process, which is not to outlive the service."""
    watch = threading.Thread(target=_end_with, args=[os.getppid()], daemon=True)
    watch.start()
    # By name alone: Granian's own loader would look in the current folder first.
    module, _, factory = application.partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), factory)()
    return loaded


def _end_with(service: int) -> None:
    while os.getppid() == service:
        time.sleep(0.5)
    sys.stderr.write("booking: the service is gone, and this web process goes too.\n")
    os.kill(os.getpid(), signal.SIGTERM)
