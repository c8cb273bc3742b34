"""Whether notices go to somebody by e-mail too. No part of the ledger: it is people's own affair.

The mailer looks at it when it makes a notice into a letter, and once more when it sends one.
"""

from __future__ import annotations

from booking.answered import Within


async def choose_mail(within: Within, account_id: str, *, mailed: bool) -> None:
    """Turn somebody's mail on or off from now on; what was not mailed is not sent later."""
    statement = "UPDATE identity.accounts SET mailed = $2 WHERE account_id = $1"
    await within.execute(statement, account_id, mailed)
