"""Text that a person typed, sealed so that the ledger can keep it for ever and forget it at once.

Purpose, notes and reasons enter an event only as `Sealed`: ciphertext under the person key of
whoever typed them (AES-256-GCM; NIST SP 800-38D). Ledger, views, exports and backups hold nothing
else, and an event's leaf hash covers the ciphertext. Deleting the person key erases the text
everywhere in one step, and every hash and proof still verifies (crypto-shredding).

The rules never look inside: sealing happens before a handler runs, opening while a page or a feed
is rendered for someone who may read it (`booking.seal`).
"""

from __future__ import annotations

import msgspec


class Sealed(msgspec.Struct, frozen=True):
    """One sealed text, as events and views store it.

    `key` is the opaque account id of the author, whose person key opens it.
    `box` is base64 (RFC 4648 section 4, padded) of a 12-byte nonce, the ciphertext of the UTF-8
    text, and the 16-byte tag, in this order.
    """

    key: str
    box: str
