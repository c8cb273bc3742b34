"""Where lists go on: only what a list itself answered with leads on, anything else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from tests.web.conftest import World
from web.as_of import AsOf
from web.lists import CursorText, LongPaged, OwnPaged, Paged, cursor

STAFF = "staff@testbed.example"
NAMED = {"{device_id:str}": "ENE-013", "{company_id:str}": "mudeung"}
PAGES = {
    "MineQuery": ("/mine", ("ahead", "over")),
    "StaffQuery": ("/staff", ("waiting", "doubtful", "hand_outs", "out")),
    "NoticesQuery": ("/notices", ("after",)),
}
"""By the name of their query: the pages whose lists go on."""
BY_ID = "/api/devices"
"""The list whose `after` is an id as it stands; it goes on after any text."""
MOMENT = "2026-10-01T00:00:00Z"
TOO_FAR = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1999-12-31T23:59:59Z")
NUMBERS = (2**70, -(2**70), -1, 1.5)
ODD = (
    *((moment, last) for moment in (*TOO_FAR, "2026-10-01T00:00:00") for last in (0, "a")),
    *((MOMENT, last) for last in ("a\x00", "\x1f", None)),
    *((MOMENT, number) for number in NUMBERS),
    *((number, 0) for number in (-1, 2**63)),
    *((0, last) for last in (2**63, -(2**70), "a\x00")),
    *((number,) for number in (2**40, *NUMBERS)),
    *((MOMENT, TOO_FAR[0], "a"), (MOMENT, MOMENT, "a\x00"), (MOMENT, "a", "b"), (MOMENT, 0, 0)),
    *((0, 0, TOO_FAR[0], "a"), (0, 0, MOMENT, "a\x00"), (2**40, 0, MOMENT, "a")),
    *(2**40, (), {}, None, MOMENT, (MOMENT,)),
)
"""Values that are no place in any of the lists."""
WIDE = ((MOMENT, 2**31), (MOMENT, 2**62), (2**62, 2**29), (2, 2**62), (-(2**70), "a"))
"""Values that are a place in one list or another, however far away."""
NO_CURSORS = ("W", "%00", "한국어", "\x00", "[]", "W1tbW1tb", "WyJcdWQ4MDAiLDBd")


async def test_a_place_that_no_page_ended_with_is_refused(world: World) -> None:
    """Every list of the API and of the pages answers 422 to crafted places, naming the field."""
    staff = await world.client(STAFF)
    lists = [(_path(route), "after") for route, _ in _lists(world)]
    lists += [(path, part) for path, parts in PAGES.values() for part in parts]
    assert len(lists) >= 11
    for path, part in lists:
        for place in map(cursor, WIDE):
            answer = await staff.get(path, params={part: place})
            assert answer.status_code in {200, 422}, (path, part, place, answer.text[:300])
        for place in (*map(cursor, ODD), *NO_CURSORS):
            answer = await staff.get(path, params={part: place})
            if path == BY_ID:
                assert answer.status_code in {200, 422}, place
                continue
            assert answer.status_code == 422, (path, part, place, answer.text[:300])
            assert [error["field"] for error in answer.json()["errors"]] == [part]


async def test_a_browser_is_told_on_a_page(world: World) -> None:
    """Who asks a page for such a place reads so, as of every other parameter that is wrong."""
    staff = await world.client(STAFF)
    staff.headers["Accept"] = "text/html"
    for path, parts in PAGES.values():
        answer = await staff.get(path, params={parts[0]: cursor((MOMENT, "a\x00"))})
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")


def test_every_list_that_goes_on_is_walked(world: World) -> None:
    """Whatever query takes a place belongs to a list of the API or to one of the pages here."""
    of_the_api = {handler.opt["query"] for _, handler in _lists(world)}
    kinds = {kind for kind in (*_kinds_of(AsOf), *_kinds_of(OwnPaged)) if _takes_a_place(kind)}
    others = kinds - of_the_api - {Paged, LongPaged, OwnPaged}
    assert {kind.__name__ for kind in others} == set(PAGES)


def _lists(world: World) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in world.app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            if _takes_a_place(handler.opt.get("query")):
                yield route.path, handler


def _path(route: str) -> str:
    for name, value in NAMED.items():
        route = route.replace(name, value)
    assert "{" not in route, f"{route} needs a name"
    return route


def _kinds_of(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds_of(one)


def _takes_a_place(kind: type[Any] | None) -> bool:
    if kind is None:
        return False
    return any(field.type == CursorText | None for field in msgspec.structs.fields(kind))
