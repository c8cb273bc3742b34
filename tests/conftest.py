"""What every test may ask for: above all `database_url`, a real PostgreSQL database of its own."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar
from uuid import uuid4

import asyncpg
import pytest

from booking.database import migrate
from booking.postgres import EmbeddedServer

Answer = TypeVar("Answer")
TEMPLATE = "booking_template"


UNNEEDED = ("fsync", "full_page_writes", "wal_compression")
"""Settings that guard against losing power, or save space: they made copies cost twice as much.

What kills of processes may not lose, and that a server of ours has these on, is tested on servers
of the tests' own.
"""


def pytest_collection_finish() -> None:
    """What was imported lives as long as the tests: the collector need not walk it ever again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """An embedded server for this session (with pytest-xdist: for each worker)."""
    with passable_folder() as folder, EmbeddedServer(folder / "data") as embedded:
        off = [f"ALTER SYSTEM SET {setting} = off" for setting in UNNEEDED]
        run(_execute(embedded.url, *off, "SELECT pg_reload_conf()"))
        yield embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that, unlike `tmp_path`, the account of root's PostgreSQL can pass through."""
    with passable_folder() as made:
        yield made


@pytest.fixture(scope="session")
def migrated(server: EmbeddedServer) -> str:
    """The name of a database with all migrations, which nobody connects to: copies are cheap."""
    run(_execute(server.url, f"CREATE DATABASE {TEMPLATE}"))
    run(migrate(url_of(server, TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def copies(server: EmbeddedServer, migrated: str) -> Iterator[Copies]:
    """Copies of the migrated database."""
    with Copies(server, migrated) as copies:
        yield copies


@pytest.fixture
def database_url(copies: Copies) -> Iterator[str]:
    """The owner's URL of a new, migrated and otherwise empty database; gone after the test."""
    with copies.one() as url:
        yield url


@pytest.fixture
def empty_database_url(server: EmbeddedServer) -> Iterator[str]:
    """The owner's URL of a new database without any schema of ours."""
    name = f"empty_{uuid4().hex}"
    run(_execute(server.url, f"CREATE DATABASE {name}"))
    yield url_of(server, name)
    run(_execute(server.url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A temporary folder with a short path that others may pass through and not list."""
    with tempfile.TemporaryDirectory(prefix="booking-tests-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def url_of(server: EmbeddedServer, database: str) -> str:
    """The server's URL with another database."""
    return server.url.replace("/postgres?", f"/{database}?", 1)


def run(coroutine: Coroutine[object, object, Answer]) -> Answer:
    """Run it in a thread: the test itself may have a loop running, its own or Playwright's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Copies:
    """Databases copied from a template, each for one test. The next is made while a test runs."""

    def __init__(self, server: EmbeddedServer, template: str) -> None:
        self._server = server
        self._template = template
        self._thread = ThreadPoolExecutor(1)
        self._next = self._thread.submit(self._copy)
        self._dropped: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is still being made or dropped; what failed there fails here."""
        self._thread.shutdown()
        for outcome in (self._next, *self._dropped):
            outcome.result()

    @contextmanager
    def one(self) -> Iterator[str]:
        """The owner's URL of a copy that nobody has used, gone afterwards."""
        name = self._next.result()
        self._next = self._thread.submit(self._copy)
        try:
            yield url_of(self._server, name)
        finally:
            self._dropped.append(self._thread.submit(self._drop, name))

    def _copy(self) -> str:
        name = f"test_{uuid4().hex}"
        asyncio.run(copy_database(self._server, name, self._template))
        return name

    def _drop(self, name: str) -> None:
        asyncio.run(_execute(self._server.url, f"DROP DATABASE {name} WITH (FORCE)"))


async def copy_database(server: EmbeddedServer, name: str, template: str) -> None:
    # A copy has the template's contents, and not the rights that were granted on the template.
    create = f"CREATE DATABASE {name} TEMPLATE {template}"
    await _execute(server.url, create, f"GRANT CREATE ON DATABASE {name} TO booking_views")


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
