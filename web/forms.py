"""Reading what clients send: JSON bodies, HTML forms and queries, all by one set of structs.

A struct names the fields, their kinds and their bounds. Whatever is missing, unknown or wrong is
named, all at once, in an `Invalid`; nothing else comes out of here but what the struct allows.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from msgspec import Meta

from domain.bookable import EARLIEST, LATEST
from domain.period import Period
from web.field_errors import error_from
from web.problem import FieldError, Invalid, Problem, wrong
from web.reader import Connection
from web.text_input import clean

Asked = TypeVar("Asked", bound=msgspec.Struct)
HttpRequest = Request[Any, Any, Any]

MOST_BYTES = 1_000_000
"""A body's limit; beyond it the answer is 413."""
BODY_SECONDS = 30
"""A body that trickles in is cut off after this long."""
MOST_FIELDS = 200
HIDDEN = frozenset({"csrf_token", "idempotency_key"})
"""Fields of every HTML form of ours that no handler's struct has to name."""

Moment = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 time with its offset; it is read as UTC."""
ID_FORM = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}"
Id = Annotated[str, Meta(pattern=rf"\A{ID_FORM}\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Prose = Annotated[str, Meta(max_length=2000)]
"""Free text, which is sealed before a rule sees it."""
RequiredProse = Annotated[str, Meta(min_length=1, max_length=2000)]


class NoQuery(msgspec.Struct, frozen=True):
    """What an address takes that has no parameters."""


async def body_of(request: HttpRequest, kind: type[Asked]) -> Asked:
    """The JSON object in a request's body. No body at all is an object without fields.

    Raises Problem for what cannot be read and Invalid for what does not fit. An address that takes
    no query refuses one: `?dry_run=true` must never be overlooked.
    """
    if "query" not in request.route_handler.opt:
        query_of(request, NoQuery)
    raw = await raw_body(request)
    if not raw:
        return read(kind, {})
    media_type = request.headers.get("content-type", "application/json").partition(";")[0]
    if media_type.strip().lower() not in {"application/json", "application/problem+json"}:
        raise Problem("unsupported-media-type", limit="application/json")
    try:
        decoded = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Problem("malformed") from error
    if not isinstance(decoded, dict):
        raise wrong("", "type", "object")
    return read(kind, decoded)


async def form_of(request: HttpRequest, kind: type[Asked]) -> Asked:
    """The fields of an HTML form; what was left empty counts as not given."""
    fields = await form_fields(request)
    given = {name: value for name, value in fields.items() if name not in HIDDEN and value != ""}
    return read(kind, given, strict=False)


async def form_fields(request: HttpRequest) -> dict[str, str | list[str]]:
    """The raw fields of an HTML form. A field given several times is a list."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Problem("unsupported-media-type", limit="application/x-www-form-urlencoded")
    return _pairs(await raw_body(request))


def query_of(connection: Connection, kind: type[Asked]) -> Asked:
    """The parameters of a query; empty ones count as not given, unknown ones are refused."""
    given = {name: value for name, value in query_fields(connection).items() if value != ""}
    return read(kind, given, strict=False)


def query_fields(connection: Connection) -> dict[str, str | list[str]]:
    """The raw parameters of a query. One given several times is a list."""
    fields = _pairs(connection.scope["query_string"])
    return {name: _plus(value) for name, value in fields.items()}


async def raw_body(request: HttpRequest) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError as late:
        raise Problem("too-slow", limit=BODY_SECONDS, headers={"Connection": "close"}) from late


def read(kind: type[Asked], given: Mapping[str, Any], *, strict: bool = True) -> Asked:
    """A struct from named values; raises Invalid with every field that is wrong.

    Not `strict` reads numbers and switches from text, as forms and queries carry them.
    """
    values: dict[str, Any] = {}
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    errors = [
        FieldError(field=_shown(name), rule="unknown_field") for name in given.keys() - known.keys()
    ]
    for name, field in known.items():
        if name in given:
            try:
                values[field.name] = _value(name, given[name], field.type, strict=strict)
            except Invalid as invalid:
                errors.extend(invalid.errors)
        elif field.required:
            errors.append(FieldError(field=name, rule="required"))
    if errors:
        raise Invalid(*sorted(errors, key=lambda error: error.field))
    return kind(**values)


def require_id(text: str) -> str:
    """An id out of an address. What cannot be one names nothing; raises Problem (404)."""
    if not re.fullmatch(ID_FORM, text):
        raise Problem("not-found")
    return text


def period_of(start: datetime, end: datetime) -> Period:
    """The period between two fields `start` and `end`; raises Invalid."""
    if end <= start:
        raise wrong("end", "after_start")
    return Period(start, end)


def _value(name: str, given: Any, kind: Any, *, strict: bool) -> Any:
    cleaned = clean(name, given)
    if not strict and isinstance(cleaned, list) and "list" not in str(kind):
        raise wrong(name, "repeated")
    if not strict and isinstance(cleaned, str) and "list" in str(kind):
        cleaned = [cleaned]
    try:
        # Text that is a number is never read as a time, so those are always strict.
        value = msgspec.convert(cleaned, kind, strict=strict or "datetime" in str(kind))
    except msgspec.ValidationError as error:
        raise Invalid(error_from(name, str(error), kind)) from error
    if isinstance(value, datetime):
        if not EARLIEST <= value <= LATEST:
            raise wrong(name, "time_range", f"{EARLIEST:%Y-%m-%d} ~ {LATEST:%Y-%m-%d}")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return day_within(name, value)
    return value


def day_within(name: str, day: date) -> date:
    """A day around which a week or a month can be counted; raises Invalid, naming the field."""
    if not EARLIEST.date() < day < LATEST.date():
        raise wrong(name, "time_range", f"{EARLIEST:%Y-%m-%d} ~ {LATEST:%Y-%m-%d}")
    return day


def _pairs(encoded: bytes) -> dict[str, str | list[str]]:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise Problem("malformed") from error
    fields: dict[str, str | list[str]] = {}
    for name, value in pairs:
        before = fields.get(name)
        match before:
            case None:
                fields[name] = value
            case list():
                before.append(value)
            case str():
                fields[name] = [before, value]
    return fields


def _plus(value: str | list[str]) -> str | list[str]:
    """Gives back the plus sign of an offset that a client forgot to encode in a query."""
    if isinstance(value, list):
        return value
    return re.sub(r"(?<=[\d]) (?=\d\d:\d\d\Z)", "+", value) if "T" in value else value


def _shown(name: Any) -> str:
    """An unknown field's name, short and printable, since it is repeated to the sender."""
    return "".join(character for character in str(name)[:80] if character.isprintable())
