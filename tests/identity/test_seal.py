"""Sealed text: readable while its author's key exists, unreadable for ever after."""

from __future__ import annotations

import asyncio
import base64

import msgspec
import pytest

from booking.identity import Accounts
from booking.identity_error import IdentityError
from booking.seal import SealBroken, Seals
from domain.sealed import Sealed

PURPOSE = "자율주행 시험 — 홍길동 과장 방문"


async def test_sealed_text_opens_again_and_shows_nothing_meanwhile(pool, kim):
    """Ciphertext goes into the ledger, the author's words come out when a page is rendered."""
    sealed = await Seals(pool).seal(kim.account_id, PURPOSE)
    assert sealed.key == kim.account_id
    assert PURPOSE.encode() not in base64.b64decode(sealed.box)
    assert await Seals(pool).open(sealed) == PURPOSE
    assert await Seals(pool).open(await Seals(pool).seal(kim.account_id, "")) == ""


async def test_the_stored_form_is_nonce_ciphertext_and_tag(pool, kim):
    """The format in the ledger is for ever: base64 of 12 bytes, the text's bytes, 16 bytes."""
    sealed = await Seals(pool).seal(kim.account_id, PURPOSE)
    assert len(base64.b64decode(sealed.box)) == 12 + len(PURPOSE.encode()) + 16
    assert set(msgspec.to_builtins(sealed)) == {"key", "box"}


async def test_the_same_text_never_seals_to_the_same_box(pool, kim):
    """Nobody can tell from the ledger who wrote the same words twice."""
    seals = Seals(pool)
    boxes = [(await seals.seal(kim.account_id, PURPOSE)).box for _ in range(20)]
    assert len(set(boxes)) == 20


async def test_many_are_opened_in_order(pool, kim, staff):
    """A page of texts of several authors, some without text, opens in one go."""
    seals = Seals(pool)
    mine = await seals.seal(kim.account_id, "하나")
    theirs = await seals.seal(staff.account_id, "둘")
    opened = await Seals(pool).open_many([theirs, None, mine, theirs])
    assert opened == ["둘", None, "하나", "둘"]


async def test_erasure_makes_sealed_text_unreadable_and_spares_others(pool, kim, staff):
    """Once the author is erased, the ciphertext opens for nobody, and other authors' still does."""
    seals = Seals(pool)
    mine, theirs = [await seals.seal(who.account_id, PURPOSE) for who in (kim, staff)]
    await Accounts(pool).erase(kim.account_id)
    assert await Seals(pool).open_many([mine, theirs]) == [None, PURPOSE]
    seals.forget(kim.account_id)
    assert await seals.open(mine) is None


async def test_other_processes_forget_an_erased_key_by_themselves(pool, kim):
    """A key is kept in memory for a moment only, so erasure reaches every process unasked."""
    elsewhere = Seals(pool, seconds_kept=0.2)
    sealed = await elsewhere.seal(kim.account_id, PURPOSE)
    await Accounts(pool).erase(kim.account_id)
    assert await elsewhere.open(sealed) == PURPOSE
    await asyncio.sleep(0.25)
    assert await elsewhere.open(sealed) is None


async def test_nobody_seals_for_the_erased_or_the_unknown(pool, kim):
    """An erased person gets no new key, which would tell erased and new text apart no more."""
    await Accounts(pool).erase(kim.account_id)
    for account_id in (kim.account_id, "a-unknown", "a\0b"):
        with pytest.raises(IdentityError, match="no such account"):
            await Seals(pool).seal(account_id, PURPOSE)
    assert await pool.fetchval("SELECT count(*) FROM identity.person_keys") == 0


async def test_first_texts_sealed_at_once_share_one_key(pool, kim):
    """Processes that seal a person's first texts at the same moment all end with the same key."""
    sealed = await asyncio.gather(*(Seals(pool).seal(kim.account_id, f"글 {n}") for n in range(12)))
    assert await Seals(pool).open_many(sealed) == [f"글 {n}" for n in range(12)]
    assert await pool.fetchval("SELECT count(*) FROM identity.person_keys") == 1


@pytest.mark.parametrize("place", [0, 12, -1])
async def test_an_altered_box_is_detected(pool, kim, place):
    """A changed nonce, text or tag raises, rather than showing altered words."""
    seals = Seals(pool)
    sealed = await seals.seal(kim.account_id, PURPOSE)
    box = bytearray(base64.b64decode(sealed.box))
    box[place] ^= 1
    altered = Sealed(key=sealed.key, box=base64.b64encode(box).decode())
    with pytest.raises(SealBroken):
        await seals.open(altered)


@pytest.mark.parametrize("box", ["", "AAAA", "no base64!", "한글"])
async def test_a_box_that_is_none_is_detected(pool, kim, box):
    """Truncated and unreadable boxes are broken seals, not crashes of another kind."""
    seals = Seals(pool)
    await seals.seal(kim.account_id, PURPOSE)
    with pytest.raises(SealBroken):
        await seals.open(Sealed(key=kim.account_id, box=box))


async def test_a_box_cannot_be_passed_off_as_anothers(pool, kim, staff):
    """Even under the same key, a box opens only as its author's."""
    seals = Seals(pool)
    sealed = await seals.seal(kim.account_id, PURPOSE)
    await seals.seal(staff.account_id, "x")
    await pool.execute(
        "UPDATE identity.person_keys SET key = (SELECT key FROM identity.person_keys"
        " WHERE account_id = $1)",
        kim.account_id,
    )
    with pytest.raises(SealBroken):
        await Seals(pool).open(Sealed(key=staff.account_id, box=sealed.box))
    assert await Seals(pool).open(sealed) == PURPOSE


async def test_memory_for_keys_is_bounded(pool, kim, staff, monkeypatch):
    """However many authors a process meets, it keeps the keys used last."""
    monkeypatch.setattr("booking.seal.KEYS_KEPT", 1)
    seals = Seals(pool)
    sealed = [await seals.seal(who.account_id, PURPOSE) for who in (kim, staff)]
    assert list(seals._kept) == [staff.account_id]
    assert await seals.open_many(sealed) == [PURPOSE, PURPOSE]
    assert len(seals._kept) == 1
