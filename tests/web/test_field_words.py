"""What is wrong with a field is said so that one knows what to send instead."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import World, asked, tomorrow

KIM = "kim@mudeung.example"


def _series(**more: Any) -> dict[str, Any]:
    body = {
        "device_id": "AUT-018",
        "first": tomorrow("00:00").date().isoformat(),
        "start_time": "09:00",
        "end_time": "10:00",
        "repeat": {"every": "week", "count": 2},
        "purpose": "시험",
    }
    return body | more


def _bundle(*device_ids: str) -> dict[str, Any]:
    body = asked() | {"device_ids": list(device_ids)}
    del body["device_id"]
    return body


@pytest.mark.parametrize(
    ("path", "body", "field", "said"),
    [
        ("series", _series(repeat={"every": "month"}), "repeat.every", "one of day, week"),
        ("series", _series(repeat={"weekdays": ["x"]}), "repeat.weekdays[0]", "mon, tue"),
        ("bundles", _bundle(), "device_ids", "at least 1"),
        ("bundles", _bundle("AUT-018", "AUT-018"), "device_ids[1]", "twice: AUT-018"),
        *(
            ("series", _series(zone=zone), "zone", "")
            for zone in ("localtime", "posixrules", "Factory", "posix/Asia/Seoul", "Asia/Nowhere")
        ),
        *(
            ("reservations", asked(purpose=blank), "purpose", "required")
            for blank in ("\u200b\u200b", " \u2060\ufeff", "\u3164", "\u2800\u200d", "  ")
        ),
    ],
)
async def test_a_wrong_field_is_named_with_what_it_may_be(
    world: World, path: str, body: dict[str, Any], field: str, said: str
) -> None:
    """422 with the field and a sentence that names the choices, the least or the repetition."""
    answer = await (await world.client(KIM)).post(f"/api/{path}", json=body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]


async def test_text_with_joiners_between_letters_stays_as_it_is(world: World) -> None:
    """Only text that shows nothing at all counts as empty."""
    kim = await world.client(KIM)
    made = await kim.post("/api/reservations", json=asked(purpose="시험\u200d 👩\u200d🔬"))
    assert made.status_code == 201
    assert made.json()["purpose"] == "시험\u200d 👩\u200d🔬"
