"""Files that commands write, and in the words of whoever named them what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from booking.commands.common import Refused


def require_folder_of(path: Path) -> None:
    """Raises Refused where the folder in which a file shall be is none."""
    folder = path.parent
    if not folder.exists():
        raise Refused(f"the folder {folder} does not exist.")
    if not folder.is_dir():
        raise Refused(f"{folder} is a file, not a folder.")


def write_content(path: Path, content: bytes) -> None:
    """Write a file, also over one that is there. Raises Refused."""
    require_folder_of(path)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error


def make_folder(path: Path) -> None:
    """Make a folder where there is none, but none above it. Raises Refused."""
    require_folder_of(path)
    if path.exists() and not path.is_dir():
        raise Refused(f"{path} is a file, and several files need a folder.")
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise Refused(f"the folder {path} cannot be made: {error.strerror}.") from error
