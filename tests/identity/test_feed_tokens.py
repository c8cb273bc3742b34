"""Calendar subscriptions: a secret address for each, revocable, with its last use shown."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from booking.feed_tokens import Feeds
from booking.identity_error import IdentityError


async def test_a_feed_is_found_by_its_secret_with_scope_and_account(pool, kim):
    """The secret answers who subscribed to what, and is stored only as a hash."""
    feeds = Feeds(pool)
    feed_id, token = await feeds.issue(kim.account_id, "device:AUT-018", "busy", "en")
    feed = await feeds.find(token)
    assert (feed.feed_id, feed.account, feed.scope) == (feed_id, kim, "device:AUT-018")
    assert (feed.detail, feed.language, feed.revoked_at) == ("busy", "en", None)
    row = await pool.fetchrow("SELECT * FROM identity.feeds")
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in str(dict(row))
    assert len(token) == 43


async def test_a_revoked_feed_is_told_apart_from_one_that_never_was(pool, kim):
    """A revoked secret says since when (410), an unknown one finds nothing (404)."""
    feeds = Feeds(pool)
    feed_id, token = await feeds.issue(kim.account_id, "mine", "full", "ko")
    assert await feeds.revoke(feed_id, kim.account_id) is True
    revoked_at = (await feeds.find(token)).revoked_at
    assert revoked_at is not None
    assert await feeds.revoke(feed_id, kim.account_id) is True
    assert (await feeds.find(token)).revoked_at == revoked_at
    for unknown in ("", "x" * 43, "\ud800", "a\0b"):
        assert await feeds.find(unknown) is None


async def test_only_the_owner_revokes_and_lists(pool, kim, staff):
    """Another account can neither see a subscription nor end it."""
    feeds = Feeds(pool)
    feed_id, token = await feeds.issue(kim.account_id, "mine", "full", "ko")
    assert await feeds.revoke(feed_id, staff.account_id) is False
    assert await feeds.revoke("f-unknown", kim.account_id) is False
    assert (await feeds.find(token)).revoked_at is None
    assert [feed.feed_id for feed in await feeds.list(kim.account_id)] == [feed_id]
    assert await feeds.list(staff.account_id) == []
    await feeds.revoke(feed_id, kim.account_id)
    assert await feeds.list(kim.account_id) == []


async def test_last_use_and_program_are_noted_at_most_once_a_minute(pool, kim):
    """The owner sees when and by which program the feed was read, control characters removed."""
    feeds = Feeds(pool)
    feed_id, token = await feeds.issue(kim.account_id, "mine", "full", "ko")
    await feeds.touch(feed_id, "Thunder\x00bird\r\n/140 \ud800" + "x" * 300)
    first = await feeds.find(token)
    assert first.last_user_agent.startswith("Thunderbird/140 ")
    assert len(first.last_user_agent) == 200
    await feeds.touch(feed_id, "other")
    assert await feeds.find(token) == first
    earlier = first.last_used_at - timedelta(seconds=61)
    await pool.execute("UPDATE identity.feeds SET last_used_at = $1", earlier)
    await feeds.touch(feed_id, "other")
    assert (await feeds.find(token)).last_user_agent == "other"


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        (("everything", "full", "ko"), "feed_scope"),
        (("device:", "full", "ko"), "feed_scope"),
        (("device:A\0", "full", "ko"), "feed_scope"),
        (("device:A/../B", "full", "ko"), "feed_scope"),
        (("mine\n", "full", "ko"), "feed_scope"),
        (("mine", "some", "ko"), "feed_detail"),
        (("mine", "full", "fr"), "language"),
    ],
)
async def test_an_unknown_scope_detail_or_language_is_refused(pool, kim, wanted, rule):
    """What a feed shows is fixed at issue, so it must be something that exists."""
    with pytest.raises(IdentityError) as refused:
        await Feeds(pool).issue(kim.account_id, *wanted)
    assert refused.value.rule == rule
    assert await Feeds(pool).list(kim.account_id) == []
