"""`/schema/openapi.json`: the JSON API described (OpenAPI 3.1), for signed-in users.

Made from the very structs that requests are read with, so that it cannot say anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from web.access import PUBLIC, SIGNED_IN, may
from web.forms import HttpRequest

Json = dict[str, Any]

TITLE = "Testbed booking"
API_VERSION = "1"
REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


@get("/schema/openapi.json", opt=may(SIGNED_IN))
async def schema(request: HttpRequest) -> Json:
    return described(request.app)


@cache
def described(app: Litestar) -> Json:
    """The description of every handler under `/api`."""
    handlers = list(_handlers(app))
    kinds = [kind for _, _, handler in handlers for kind in _structs(handler)]
    named = list({str(kind): kind for kind in kinds}.values())
    shapes, components = msgspec.json.schema_components(
        named, ref_template="#/components/schemas/{name}"
    )
    shape_of = dict(zip(map(str, named), shapes, strict=True))
    paths: dict[str, Json] = {}
    for path, method, handler in handlers:
        paths.setdefault(path, {})[method] = _operation(path, method, handler, shape_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": API_VERSION},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or not route.path.startswith("/api/"):
            continue
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield path, method.lower(), handler


def _structs(handler: HTTPRouteHandler) -> Iterator[Any]:
    for part in ("query", "body", "answer"):
        if part in handler.opt:
            yield handler.opt[part]
    yield from handler.opt.get("items", ())


def _operation(
    path: str, method: str, handler: HTTPRouteHandler, shape_of: Json, components: Json
) -> Json:
    opt, status = handler.opt, handler.status_code
    operation: Json = {
        "operationId": _operation_id(path, method),
        "summary": (handler.fn.__doc__ or "").strip().partition("\n")[0],
        "parameters": [*_path_parameters(path), *_headers(method)],
        "responses": {
            str(status): {"description": HTTPStatus(status).phrase},
            **{str(refusal): _refusal(refusal) for refusal in REFUSALS},
        },
        "security": [] if opt["may"] is PUBLIC else [{"token": []}],
    }
    if "query" in opt:
        shape = components[shape_of[str(opt["query"])]["$ref"].rpartition("/")[2]]
        operation["parameters"] += _query_parameters(shape)
    if "body" in opt:
        content = {"application/json": {"schema": shape_of[str(opt["body"])]}}
        operation["requestBody"] = {"content": content, "required": True}
    if "answer" in opt:
        content = {"application/json": {"schema": shape_of[str(opt["answer"])]}}
        operation["responses"][str(status)]["content"] = content
    if "items" in opt:
        schema = _list_of([shape_of[str(kind)] for kind in opt["items"]])
        operation["responses"][str(status)]["content"] = {"application/json": {"schema": schema}}
    return operation


def _list_of(shapes: list[Json]) -> Json:
    """A page of items, each of any of some shapes."""
    items = {"type": "array", "items": {"anyOf": shapes}}
    further = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {"items": items, "next": further},
        "required": ["items", "next"],
    }


def _operation_id(path: str, method: str) -> str:
    return method + re.sub(r"[^A-Za-z0-9]+", "_", path.removeprefix("/api")).rstrip("_")


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _headers(method: str) -> list[Json]:
    headers = [{"name": "Accept-Language", "in": "header", "schema": {"enum": ["ko", "en"]}}]
    if method == "post":
        key = {"type": "string", "minLength": 1, "maxLength": 200}
        headers.append({"name": "Idempotency-Key", "in": "header", "schema": key})
    return headers


def _query_parameters(shape: Json) -> list[Json]:
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape.get("properties", {}).items()
    ]


def _refusal(status: int) -> Json:
    shape = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": shape}},
    }


_PROBLEM: Json = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}

route_handlers = [schema]
