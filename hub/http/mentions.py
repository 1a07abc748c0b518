"""Where answers that were kept might name people."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.http.models import idempotency_keys
from hub.storage.mentions import Person, Place, find

_KEYS = Place(table=idempotency_keys, columns=("key",), what="keys of requests that are sent again")
PLACES = (
    _KEYS,
    Place(table=idempotency_keys, columns=("headers", "body"), what="answers kept for requests that are sent again"),
)


def forget_keys(session: Session, person: Person) -> int:
    """Delete the kept answers whose very keys name the person; how many. Two keys with pseudonyms might be one."""
    keys = [mention.key["key"] for mention in find(session, _KEYS, person)]
    session.execute(delete(idempotency_keys).where(idempotency_keys.c.key.in_(keys)))
    return len(keys)
