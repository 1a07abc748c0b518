"""Where connections might name people."""

from hub.connections.models import connections
from hub.storage.mentions import Place

PLACES = (Place(table=connections, columns=("name", "config", "reason"), what="names and notes of connections"),)
