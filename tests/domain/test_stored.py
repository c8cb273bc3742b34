"""The storage format: what was ever stored is read for ever, and means what it meant.

The samples are frozen. Where a test here fails, the code is wrong and not the sample: fields are
only added, with defaults, and names and tags stay. A new kind of event gets its own line in both
files; `events_v1_smallest.jsonl` holds the fields that the first version required and no other.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.events import RULES, STORED, decode, name_of
from domain.stored import Envelope, decode_body, encode_tail
from tests.scenario import KIM, STAFF, nine, taken, ten

SAMPLES = Path(__file__).parent / "samples"
FULL = (SAMPLES / "events_v1.jsonl").read_bytes().splitlines()
SMALLEST = (SAMPLES / "events_v1_smallest.jsonl").read_bytes().splitlines()


def name(body: bytes) -> str:
    return str(json.loads(body)["type"])


@pytest.mark.parametrize("body", FULL + SMALLEST, ids=name)
def test_what_was_stored_is_read(body: bytes) -> None:
    """Every value of a stored event is there after reading and writing it again."""
    stored = json.loads(body)
    recorded = decode_body(body)
    again = json.loads(msgspec.json.encode(recorded.event))
    assert_kept(stored["data"], again)
    assert recorded.type == stored["type"] == name_of(recorded.event)
    assert recorded.position == stored["position"]
    assert recorded.recorded_at.tzinfo is not None


@pytest.mark.parametrize("body", FULL, ids=name)
def test_the_envelope_is_read(body: bytes) -> None:
    """Who, for whom, why and under which terms is read from beside the event."""
    stored, recorded = json.loads(body), decode_body(body)
    assert recorded.by == "acc_0d94e8"
    assert recorded.on_behalf_of == "acc_7f3a1c"
    assert recorded.because == stored.get("because")
    assert recorded.terms_version == 6


@pytest.mark.parametrize("body", FULL + SMALLEST, ids=name)
def test_what_was_stored_is_found(body: bytes) -> None:
    """The tags that an event was stored under are those that the rules look for today."""
    recorded = decode_body(body)
    stored_tags = [tag for tag in recorded.tags if not tag.startswith("request:")]
    assert set(recorded.event.tags()) == set(stored_tags)


@pytest.mark.parametrize("body", FULL, ids=name)
def test_what_is_added_has_a_default(body: bytes) -> None:
    """Fields that are newer than a sample take their defaults when it is read."""
    data = json.loads(body)["data"]
    event = decode_body(body).event
    fields = {field.name: field for field in msgspec.structs.fields(type(event))}
    newer = [fields[name] for name in fields if name not in data]
    assert not [field.name for field in newer if field.required]


@pytest.mark.parametrize("bodies", [FULL, SMALLEST], ids=["full", "smallest"])
def test_every_stored_type_has_a_sample(bodies: list[bytes]) -> None:
    """A kind of event is part of the format from the day that its sample is frozen."""
    assert sorted(name(body) for body in bodies) == sorted(STORED)


@pytest.mark.parametrize("body", FULL, ids=name)
def test_a_full_sample_leaves_no_first_field_out(body: bytes) -> None:
    """The full sample has every field of the smallest, and more where there were options."""
    (smallest,) = [one for one in SMALLEST if name(one) == name(body)]
    assert set(json.loads(smallest)["data"]) <= set(json.loads(body)["data"])


def test_what_does_not_fit_is_refused() -> None:
    """A body that is not of the format is an error and never half an event."""
    with pytest.raises(msgspec.ValidationError):
        decode("DeviceRetired", b"{}")
    with pytest.raises(msgspec.ValidationError):
        decode_body(b'{"position":1,"type":"DeviceRetired","tags":[],"data":{},"by":"x"}')


def test_a_body_is_written_as_it_is_read() -> None:
    """The tail that goes to the ledger, with position and time in front, is a body again."""
    event = taken(nine, ten)
    envelope = Envelope(by=STAFF.account_id, on_behalf_of=KIM.account_id, digest="00")
    tail = encode_tail(event, ["request:00", *event.tags()], envelope)
    body = '{"position":7,"recorded_at":"2026-11-02T00:00:00Z",' + tail
    recorded = decode_body(body.encode())
    assert (recorded.position, recorded.event, recorded.by) == (7, event, "staff-1")
    assert recorded.tags == ("request:00", *event.tags())


def test_no_name_of_a_person_is_stored() -> None:
    """Text that people type is sealed, so no field of an event is plain free text."""
    typed = {"purpose", "notes", "reason", "text", "work", "parts", "repairer", "irb_number"}
    for kind in STORED.values():
        for field in msgspec.structs.fields(kind):
            if field.name in typed:
                assert "Sealed" in str(field.type), (kind, field.name)


def test_the_version_of_the_rules() -> None:
    """The number rises with new kinds of events: whoever adds one raises it here and there."""
    assert (RULES, len(STORED)) == (4, 66)


def assert_kept(stored: Any, again: Any) -> None:
    """Everything of `stored` is in `again`; objects may have grown."""
    if isinstance(stored, dict):
        assert isinstance(again, dict)
        for key, value in stored.items():
            assert_kept(value, again[key])
    elif isinstance(stored, list):
        assert isinstance(again, list)
        assert len(again) == len(stored)
        for one, other in zip(stored, again, strict=True):
            assert_kept(one, other)
    else:
        assert again == stored
