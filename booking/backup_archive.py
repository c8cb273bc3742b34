"""The file of a backup: a ZIP archive with tables as PostgreSQL copies them, and a manifest.

    ledger.events.00000        COPY … TO STDOUT (FORMAT binary) of one table, or of a part of it
    identity.accounts.00000
    manifest.json              says what each member is, its rows and its SHA-256; written last

The binary COPY format holds values in network byte order and is the same in all versions of
PostgreSQL that this program runs with, so a backup does not depend on the server's programs. ZIP
keeps its directory at the end: a file that was cut off is recognised before anything is read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from booking.backup_manifest import FORMAT, FORMAT_VERSION, BackupError, Manifest, Member

MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 64 * 2**20
BLOCK_BYTES = 2**18
UNFINISHED = ".unfinished"

Progress = Callable[[int, int], None]


class ArchiveWriter:
    """Writes members one after another."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.path: Path | None = None
        """Where the archive is, once it is finished."""

    @contextmanager
    def member(self, name: str) -> Iterator[HashingWriter]:
        with self._archive.open(name, "w", force_zip64=True) as file:
            yield HashingWriter(file)

    def manifest(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, msgspec.json.encode(manifest))


class HashingWriter:
    """Takes what COPY sends, and hashes it on its way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    async def write(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def new_archive(target: Path) -> Iterator[ArchiveWriter]:
    """An archive that gets its name when it is whole, on disk and read back; else none is left.

    A folder as target has the file named by its time and position. Raises BackupError when there
    is such a file already.
    """
    folder = target if target.is_dir() else target.parent
    unfinished = folder / f".{secrets.token_hex(8)}{UNFINISHED}"
    if folder != target:
        require_new(target)
    try:
        # Nobody else may read it: it holds names, and the keys of all that people typed.
        descriptor = _created(unfinished)
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
                writer = ArchiveWriter(archive)
                yield writer
            file.flush()
            os.fsync(file.fileno())
        manifest = check_archive(unfinished, lambda _done, _total: None)
        writer.path = target if folder != target else folder / manifest.file_name
        unfinished.rename(writer.path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    _flush(folder)


def _created(unfinished: Path) -> int:
    """Raises BackupError where nothing can be written in the folder."""
    try:
        return os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(
            f"nothing can be written in the folder {unfinished.parent}: {error.strerror}."
        ) from error


def require_new(target: Path) -> None:
    """Raises BackupError when there is such a file already."""
    if target.exists():
        raise BackupError(f"{target} exists already: a backup does not write over anything.")


def read_manifest(path: Path) -> Manifest:
    """What an archive says it holds. Raises BackupError for a file that is none, or newer."""
    with _opened(path) as archive:
        return _manifest(path, archive)


def check_archive(path: Path, progress: Progress) -> Manifest:
    """Read an archive through and compare it with its manifest. Raises BackupError."""
    with _opened(path) as archive:
        manifest = _manifest(path, archive)
        for number, member in enumerate(manifest.members):
            progress(number, len(manifest.members))
            hashed = hashlib.sha256()
            with archive.open(member.name) as file:
                while block := file.read(BLOCK_BYTES):
                    hashed.update(block)
            if hashed.hexdigest() != member.sha256:
                raise BackupError(f"{path} is damaged: {member.name} is not what was written.")
        progress(len(manifest.members), len(manifest.members))
    return manifest


class ArchiveReader:
    """Reads the members of a checked archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    async def blocks(self, member: Member) -> AsyncIterator[bytes]:
        """What COPY takes. Raises BackupError where it changed since it was checked."""
        hashed = hashlib.sha256()
        with self._archive.open(member.name) as file:
            while block := file.read(BLOCK_BYTES):
                hashed.update(block)
                yield block
        if hashed.hexdigest() != member.sha256:
            raise BackupError(f"{member.name} changed while it was read.")


@contextmanager
def opened_archive(path: Path) -> Iterator[ArchiveReader]:
    """An archive to restore from. Raises BackupError."""
    with _opened(path) as archive:
        yield ArchiveReader(archive)


_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, KeyError, RuntimeError, ValueError),
)
"""What reading a damaged archive may raise."""


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _DAMAGES as error:
        raise BackupError(f"{path} is no whole backup ({error}).") from error


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
            raise BackupError(f"{path} is no backup: its manifest is too large.")
        text = archive.read(MANIFEST)
        found = msgspec.json.decode(text, type=_Version)
        if found.format != FORMAT:
            raise BackupError(f"{path} is no backup of this program.")
        if found.format_version > FORMAT_VERSION:
            raise BackupError(f"{path} was made by a newer version of this program.")
        return msgspec.json.decode(text, type=Manifest)
    except KeyError as error:
        raise BackupError(f"{path} is no backup: it has no manifest.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(f"{path} is damaged: its manifest cannot be read ({error}).") from error


class _Version(msgspec.Struct):
    format: str
    format_version: int


def _flush(folder: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
