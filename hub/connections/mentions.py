"""Where connections might name people."""

from hub.connections.models import connections, notices, webhook_deliveries
from hub.storage.mentions import Place

PLACES = (
    Place(
        table=connections,
        columns=("name", "config", "reason", "account", "choices", "candidate"),
        what="names and notes of connections",
    ),
    Place(
        table=webhook_deliveries,
        columns=("headers", "body", "changes", "outcome"),
        what="announcements of providers",
    ),
    Place(table=notices, columns=("text",), what="notices about connections"),
)
