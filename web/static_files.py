"""Style sheets and other files of the pages, each at an address that names its content.

Such an address never changes its meaning, so browsers keep it for a year. Files are read once, when
the process starts, and nothing but these files can be asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

import msgspec
from litestar import Response, get

from web.access import PUBLIC, may
from web.forms import HttpRequest
from web.given import FromPath
from web.problem import Problem

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
ROBOTS = b"User-agent: *\nAllow: /calendar/\nDisallow: /\n"
"""Calendar programs that ask robots.txt may fetch feeds; nothing here is for search engines."""


class StaticFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file's content, its gzip form, and its address."""

    content: bytes
    packed: bytes
    media_type: str
    path: str


@get("/static/{name:str}", opt=may(PUBLIC), name="static")
async def static_file(request: HttpRequest, name: FromPath[str]) -> Response[bytes]:
    file = _by_address().get(name)
    if file is None:
        raise Problem("not-found")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    content = file.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = file.packed, "gzip"
    return Response(content=content, media_type=file.media_type, headers=headers)


@get("/robots.txt", opt=may(PUBLIC))
async def robots() -> Response[bytes]:
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content=ROBOTS, media_type="text/plain", headers=headers)


def address_of(name: str) -> str:
    """The address of a file in `static/`; KeyError where there is none."""
    return _files()[name].path


@cache
def _files() -> dict[str, StaticFile]:
    files = {}
    for path in sorted(FOLDER.iterdir()):
        content = path.read_bytes()
        if path.suffix == ".css":
            content = _compact(content.decode()).encode()
        digest = hashlib.sha256(content).hexdigest()[:10]
        files[path.name] = StaticFile(
            content=content,
            packed=gzip.compress(content, mtime=0),
            media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            path=f"/static/{path.stem}.{digest}{path.suffix}",
        )
    return files


def _compact(sheet: str) -> str:
    """A style sheet without comments and spare spaces, which a browser has no use for."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", sheet))
    return re.sub(r":\s+", ":", sheet).replace(";}", "}").strip()


@cache
def _by_address() -> dict[str, StaticFile]:
    return {file.path.removeprefix("/static/"): file for file in _files().values()}


route_handlers = [static_file, robots]
