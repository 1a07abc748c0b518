"""Where answers that were kept might name people."""

from hub.http.models import idempotency_keys
from hub.storage.mentions import Place

PLACES = (
    Place(
        table=idempotency_keys, columns=("key", "headers", "body"), what="answers kept for requests that are sent again"
    ),
)
