"""The tree's root, against RFC 6962's own recursive definition."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from booking.tree_hash import TreeHash


def test_the_root_is_that_of_the_definition_for_every_size() -> None:
    """For 0 to 70 leaves; MTH(D[n]) splits at the largest power of two below n."""
    tree, leaves = TreeHash(), list[bytes]()
    for number in range(71):
        assert tree.size == number
        assert tree.root() == defined(leaves)
        leaf = hashlib.sha256(b"\x00" + bytes([number])).digest()
        leaves.append(leaf)
        tree.add(leaf)


def test_a_leaf_is_a_hash() -> None:
    """Anything but 32 bytes is a mistake of the caller."""
    with pytest.raises(ValueError, match="32 bytes"):
        TreeHash().add(b"leaf")


def defined(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()
