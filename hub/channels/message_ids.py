"""Ids of messages that only this tenant's hub can have made, so that nobody else can tell of what became of one.

What is told of a message by whoever knows where to tell it (a mailbox, an address for receipts) counts only where it
carries one. They hold what the message is about, such as a reminder's id, and a keyed digest of it.
"""

import hmac
import re

from sqlalchemy.orm import Session

from hub.ledger.suppression import key_of
from hub.sdk.mail_writing import mailbox

MARK = "paypredict"
"""The tag that has the digest, beside the one that says what a message is about."""
ABOUT = "reminder"
"""The tag that says what a message is about."""
_DIGEST = 20
_ID = re.compile(rf"<([A-Za-z0-9-]{{1,64}})\.([0-9a-f]{{{_DIGEST}}})@[^<>@\s]{{1,255}}>")


def make(session: Session, about: str, sender: str) -> str:
    """The Message-ID of the message about `about` (letters, digits and dashes), from an address of `sender`'s domain.

    The same at every attempt. The tenant's session. Raises RecordError where `sender` is no address.
    """
    return f"<{about}.{mark(session, about)}@{mailbox(sender, field='sender').domain}>"


def mark(session: Session, about: str) -> str:
    """The keyed digest of what a message is about."""
    made = hmac.digest(key_of(session), f"message id\0{about}".encode(), "sha256")
    return made.hex()[:_DIGEST]


def about(session: Session, message_id: str) -> str | None:
    """What a message is about, by its Message-ID; None where this tenant's hub has not made it."""
    found = _ID.fullmatch(message_id)
    return found[1] if found and is_mark(session, found[1], found[2]) else None


def is_mark(session: Session, about: str, given: str) -> bool:
    """Whether `given` is the digest of `about`. In constant time."""
    return hmac.compare_digest(mark(session, about).encode(), given.encode("utf-8", "replace"))
