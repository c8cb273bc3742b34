"""The answers in the API's description: what was done, and what was refused."""

from __future__ import annotations

from http import HTTPMethod, HTTPStatus
from typing import Any

Json = dict[str, Any]

RETRIED = (429, 503)
"""Refusals that say after how many seconds to come again."""

HEADERS: Json = {
    "Ledger-Position": {
        "description": "Position of the last event that this wrote into the ledger, if any.",
        "schema": {"type": "integer"},
    },
    "Location": {
        "description": "Where what was made can be read, if it has an address of its own.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer"},
    },
}


def done(method: str, status: int, shapes: list[Json]) -> Json:
    """An answer to what was done, of any of some shapes; of none, without content."""
    answer: Json = {"description": HTTPStatus(status).phrase}
    if method.upper() == HTTPMethod.POST:
        made = ("Location",) if status == HTTPStatus.CREATED else ()
        answer["headers"] = _headers("Ledger-Position", *made)
    if shapes:
        schema = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        answer["content"] = {"application/json": {"schema": schema}}
    return answer


def list_of(shapes: list[Json]) -> Json:
    """A page of items, each of any of some shapes."""
    items = {"type": "array", "items": {"anyOf": shapes}}
    further = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {"items": items, "next": further},
        "required": ["items", "next"],
    }


def refused(status: int) -> Json:
    """A refusal; why is in the problem's `type`."""
    shape = {"$ref": "#/components/schemas/Problem"}
    answer: Json = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": shape}},
    }
    if status in RETRIED:
        answer["headers"] = _headers("Retry-After")
    return answer


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _objects(about: str) -> Json:
    return {"description": about, "type": "array", "items": {"type": "object"}}


PROBLEM: Json = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": _objects("Fields that are wrong: field, rule, message."),
        "violations": _objects("Rules that refuse it: rule, limit, actual, message."),
        "conflicts": _objects("What holds the time: device_id, start, end, kind."),
        "alternatives": _objects("Times that were free a moment ago."),
        "waitlist": {"description": "How to wait for the time.", "type": "object"},
        "members": _objects("What is in the way of each member of a series or bundle."),
    },
    "required": ["type", "title", "status", "detail"],
}
