"""Where outgoing webhooks may name people: in what an endpoint answered, and in what admins noted of it."""

from hub.storage.mentions import Place
from hub.webhooks.models import webhook_calls, webhook_endpoints

PLACES = (
    Place(table=webhook_calls, columns=("excerpt",), what="what the tenant's own systems answered to webhooks"),
    Place(
        table=webhook_endpoints,
        columns=("description", "reason", "created_by"),
        what="endpoints of webhooks, and who made them",
    ),
)
