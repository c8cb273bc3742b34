"""What every test may ask for: above all `database_url`, a real PostgreSQL database of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import asyncpg
import pytest

from booking.database import migrate
from booking.postgres import EmbeddedServer

Answer = TypeVar("Answer")
TEMPLATE = "booking_template"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """An embedded server for this session (with pytest-xdist: for each worker)."""
    with passable_folder() as folder, EmbeddedServer(folder / "data") as embedded:
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


@pytest.fixture
def database_url(server: EmbeddedServer, migrated: str) -> Iterator[str]:
    """The owner's URL of a new, migrated and otherwise empty database; gone after the test."""
    name = f"test_{uuid4().hex}"
    run(_execute(server.url, f"CREATE DATABASE {name} TEMPLATE {migrated}"))
    # A copy has the template's contents, and not the rights that were granted on the template.
    run(_execute(server.url, f"GRANT CREATE ON DATABASE {name} TO booking_views"))
    yield url_of(server, name)
    run(_execute(server.url, f"DROP DATABASE {name} WITH (FORCE)"))


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


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
