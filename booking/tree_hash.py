"""The root of the Merkle tree over leaf hashes, as RFC 6962 (2.1) defines it, leaf by leaf."""

from __future__ import annotations

import hashlib

HASH_BYTES = 32


class TreeHash:
    """A growing tree. It keeps one hash for each bit of its size: 20 for a million leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []
        """Roots of full subtrees, from the largest, leftmost one to the smallest."""

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf (SHA-256 of 0x00 and its data)."""
        if len(leaf) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        node, size = leaf, self.size
        # Two full subtrees of one size become one: as a carry runs through a binary number.
        while size & 1:
            node = _parent(self._full.pop(), node)
            size >>= 1
        self._full.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far; SHA-256 of nothing for an empty tree."""
        if not self._full:
            return hashlib.sha256(b"").digest()
        *before, node = self._full
        for left in reversed(before):
            node = _parent(left, node)
        return node


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
