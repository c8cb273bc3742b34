"""The processes of the embedded PostgreSQL: find, start, stop them, and clear up after a kill.

Callers of `start` and `stop` hold the starting lock of `booking.postgres`, so that nobody else is
starting or stopping. A process that was killed while it did so may have left a server on its way.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

from booking.cluster import Cluster
from booking.postgres_programs import EmbeddedServerError, say

PORT = 5432  # only a part of the socket's name: nothing listens on TCP
START_SECONDS = 300
# A server listens before it recovers and until it has stopped: this long without means never.
DEAF_SECONDS = 20
# Orphans that were asked to go get this long, and go in milliseconds.
ORPHANS_SECONDS = 2


def start(cluster: Cluster) -> None:
    """See to it that the server accepts connections. Raises EmbeddedServerError if it can't."""
    if _gets_ready(cluster):
        return
    lock_file = cluster.folder / "postmaster.pid"
    if lock_file.exists():
        say("PostgreSQL ended without warning. It starts again and recovers …")
        _end_orphans(cluster)
        # PostgreSQL would refuse to start while a process has the number that these files name:
        # another program by now, or its own dead self where a container reaps no orphans.
        for left in (lock_file, *cluster.socket_folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
    log = cluster.folder / "startup.log"
    told = log.stat().st_size if log.exists() else 0
    result = cluster.run(
        *("pg_ctl", "start", "-s", "-w", "-t", str(START_SECONDS), "-l", log.name),
        *("-o", "-c config_file=../postgresql.conf"),
    )
    if result.returncode != 0:
        text = log.read_bytes()[told:].decode(errors="replace") if log.exists() else ""
        raise EmbeddedServerError(
            f"PostgreSQL doesn't start (more in {cluster.folder / 'log'}): {result.stderr}{text}"
        )


def stop(cluster: Cluster) -> None:
    """Stop the server if it runs: sessions are ended, what was committed is kept."""
    if _postmaster(cluster) is None:
        return
    result = cluster.run("pg_ctl", "stop", "-s", "-w", "-t", str(START_SECONDS), "-m", "fast")
    if _postmaster(cluster) is not None:
        raise EmbeddedServerError(f"PostgreSQL in {cluster.home} doesn't stop: {result.stderr}")


def listens(cluster: Cluster) -> bool:
    """Whether a server listens at the socket, even one that recovers; a dead one's refuses."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(cluster.socket_folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
        return True


def _gets_ready(cluster: Cluster) -> bool:
    """Wait for a server that is on its way, up or down; False when there is none."""
    began = heard = time.monotonic()
    while (hears := listens(cluster)) or _postmaster(cluster) is not None:
        now = time.monotonic()
        heard = now if hears else heard
        place = str(cluster.socket_folder)
        if hears and cluster.run("pg_isready", "-q", "-h", place).returncode == 0:
            return True
        if now - began > START_SECONDS:
            raise EmbeddedServerError(f"PostgreSQL in {cluster.home} doesn't get ready.")
        if now - heard > DEAF_SECONDS:
            say("PostgreSQL's socket was removed. It is started again …")
            stop(cluster)
            return False
        time.sleep(0.05)
    return False


def _postmaster(cluster: Cluster) -> int | None:
    """The process id of the living server of this data folder."""
    try:
        text = (cluster.folder / "postmaster.pid").read_text(encoding="utf-8")
        pid = int(text.split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
        return None
    return pid if _works_in(pid, cluster.folder) else None


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a process is a PostgreSQL of this data folder: each of them works inside of it."""
    if not Path("/proc/self").exists():  # not Linux: trust the number, as pg_ctl does
        return True
    process = Path("/proc", str(pid))
    try:
        name = (process / "comm").read_text(encoding="utf-8").strip()
        return name == "postgres" and (process / "cwd").readlink() == folder
    except OSError:
        return False


def _end_orphans(cluster: Cluster) -> None:
    """End what a killed server left running, for the memory it holds keeps a new one out.

    Most go by themselves as soon as they miss their parent; one in the middle of a long computation
    doesn't notice. SIGQUIT is what the parent itself sends to all after a crash of one.
    """
    began = time.monotonic()
    asked: set[int] = set()
    while orphans := _processes_in(cluster.folder):
        late = time.monotonic() - began > ORPHANS_SECONDS
        for pid in orphans if late else orphans - asked:
            try:
                os.kill(pid, signal.SIGKILL if late else signal.SIGQUIT)
            except ProcessLookupError:
                continue
        asked |= orphans
        if time.monotonic() - began > START_SECONDS:
            raise EmbeddedServerError(f"Processes of a killed PostgreSQL don't end: {orphans}.")
        time.sleep(0.02)


def _processes_in(folder: Path) -> set[int]:
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return {pid for pid in pids if _works_in(pid, folder)}
