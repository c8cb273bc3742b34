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
from web.openapi_answers import HEADERS, PROBLEM, Json, done, list_of, refused

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
    shapes, components = _ecma(
        msgspec.json.schema_components(named, ref_template="#/components/schemas/{name}")
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
            "schemas": {**components, "Problem": PROBLEM},
            "headers": HEADERS,
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
    for part in ("query", "body", "answer", "tried"):
        if part in handler.opt:
            yield handler.opt[part]
    yield from handler.opt.get("items", ())


def _operation(
    path: str, method: str, handler: HTTPRouteHandler, shape_of: Json, components: Json
) -> Json:
    opt = handler.opt
    operation: Json = {
        "operationId": _operation_id(path, method),
        "summary": (handler.fn.__doc__ or "").strip().partition("\n")[0],
        "parameters": [*_path_parameters(path), *_headers(method)],
        "responses": {
            **_answers(method, handler, shape_of),
            **{str(refusal): refused(refusal) for refusal in REFUSALS},
        },
        "security": [] if opt["may"] is PUBLIC else [{"token": []}],
    }
    if "query" in opt:
        shape = components[shape_of[str(opt["query"])]["$ref"].rpartition("/")[2]]
        operation["parameters"] += _query_parameters(shape)
    if "body" in opt:
        content = {"application/json": {"schema": shape_of[str(opt["body"])]}}
        operation["requestBody"] = {"content": content, "required": True}
    return operation


def _answers(method: str, handler: HTTPRouteHandler, shape_of: Json) -> Json:
    """What a handler answers when it does what was asked; a dry run answers 200."""
    opt, status = handler.opt, handler.status_code
    shapes: dict[int, list[Json]] = {status: []}
    if "answer" in opt:
        shapes[status].append(shape_of[str(opt["answer"])])
    if "items" in opt:
        shapes[status].append(list_of([shape_of[str(kind)] for kind in opt["items"]]))
    if "tried" in opt:
        shapes.setdefault(HTTPStatus.OK, []).append(shape_of[str(opt["tried"])])
    return {str(int(each)): done(method, each, found) for each, found in shapes.items()}


def _ecma(shape: Any) -> Any:
    """The same with patterns as JSON Schema has them: ECMA-262 knows not Python's two anchors.

    Its `$` is the very end of a text, where Python's also stands before a last line break.
    """
    match shape:
        case {"pattern": str(pattern), **rest}:
            anchored = re.sub(r"\A\\A", "^", re.sub(r"\\Z\Z", "$", pattern))
            return {"pattern": anchored, **_ecma(rest)}
        case dict():
            return {name: _ecma(value) for name, value in shape.items()}
        case list() | tuple():
            return [_ecma(value) for value in shape]
        case _:
            return shape


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


route_handlers = [schema]
