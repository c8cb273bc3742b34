"""The embedded PostgreSQL: started by whoever comes first, stopped by whoever leaves last.

Any number of processes of one machine use one data folder together:

    with running_server(Path("data")) as server:
        connection = await asyncpg.connect(server.url)

Two locks on files in the data folder (`flock`, which the kernel frees however a process ends) order
them. `postgres-starting.lock` is held exclusively while the server is looked at, made, started or
stopped. `postgres-users.lock` is held shared by every process that uses the server: who can take it
exclusively is alone, and stops the server. When the last process is killed the server goes on, and
the next process finds it running.

A server that died, by kill -9 say, is started again by any of its users within about a second;
PostgreSQL then replays its write-ahead log, and what was committed is there. How its files lie and
who may connect is told in `booking.cluster`, as whom it runs in `booking.postgres_programs`.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from booking.cluster import SUPERUSER, Cluster, make_data_folder, open_cluster
from booking.postgres_process import PORT, listens, start, stop
from booking.postgres_programs import ELSEWHERE, EmbeddedServerError, say

WATCH_SECONDS = 0.5
WATCH_SECONDS_AT_MOST = 10.0


@contextmanager
def running_server(data: Path) -> Iterator[EmbeddedServer]:
    """Use the server of a data folder for a while, and bring it back whenever it dies."""
    with EmbeddedServer(data) as server, server.watch():
        yield server


class EmbeddedServer:
    """One process's use of the embedded server of a data folder.

    Entering starts the server unless it runs; leaving stops it unless others use it. Raises
    EmbeddedServerError with a text for the user. Safe to use from several threads.

    `elsewhere` is the folder for what PostgreSQL's account can't reach where it is, as root.
    """

    def __init__(self, data: Path, elsewhere: Path = ELSEWHERE) -> None:
        self.data = data.absolute()
        self._elsewhere = elsewhere
        self._cluster: Cluster | None = None
        self._use = ExitStack()

    def __enter__(self) -> Self:
        """Make what is missing, start what isn't running, and hold the server from now on."""
        try:
            make_data_folder(self.data)
            with ExitStack() as use, self._starting():
                use.enter_context(_locked(self._users_lock, fcntl.LOCK_SH))
                cluster = open_cluster(self.data, self._elsewhere)
                start(cluster)
                self._cluster, self._use = cluster, use.pop_all()
        except PermissionError as error:
            raise EmbeddedServerError(
                f"The data folder {self.data} is closed to this user ({error}): run as its owner, "
                "or choose another folder with --data."
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the server, see `stop`."""
        self.stop()

    @property
    def url(self) -> str:
        """The superuser's URL for asyncpg and libpq; a restart of the server doesn't change it."""
        place = urlencode({"host": str(self._opened().socket_folder), "port": PORT}, safe="/")
        return f"postgresql://{SUPERUSER}@/postgres?{place}"

    @property
    def programs(self) -> Path:
        """The folder of PostgreSQL's programs: pg_dump, pg_restore, psql and others."""
        return self._opened().programs

    def ensure_running(self) -> None:
        """Start the server again if it died; costs one connection to its socket if it didn't."""
        cluster = self._opened()
        if not listens(cluster):
            with self._starting():
                start(cluster)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Look after the server from a thread, so that it is back soon after it died."""
        leaving = threading.Event()
        watcher = threading.Thread(target=self._watch, args=[leaving], name="postgres", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            leaving.set()
            watcher.join()

    def stop(self) -> None:
        """Leave the server; the last of its users stops it. Does nothing the second time."""
        cluster, self._cluster = self._cluster, None
        if cluster is None:
            return
        with self._starting():
            # Closing the file, not unlocking it, keeps the server for a child that was forked.
            self._use.close()
            with (
                suppress(BlockingIOError),
                _locked(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB),
            ):
                stop(cluster)

    @property
    def _users_lock(self) -> Path:
        return self.data / "postgres-users.lock"

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with _locked(self.data / "postgres-starting.lock", fcntl.LOCK_EX):
            yield

    def _opened(self) -> Cluster:
        if self._cluster is None:
            raise EmbeddedServerError(f"The database in {self.data} is not in use: enter it first.")
        return self._cluster

    def _watch(self, leaving: threading.Event) -> None:
        pause = WATCH_SECONDS
        while not leaving.wait(pause):
            try:
                self.ensure_running()
                pause = WATCH_SECONDS
            except (EmbeddedServerError, OSError) as error:
                say(str(error))
                pause = min(2 * pause, WATCH_SECONDS_AT_MOST)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Hold a lock on a file. The file stays: if it went, two processes could lock two of them."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
