"""Where the debtor's page names people: the address that a copy is sent to. Promises and disputes are other rooms'."""

from hub.reminders.models import copy_requests
from hub.storage.mentions import Place

PLACES = (Place(table=copy_requests, columns=("address",), what="requests for copies: where to send them"),)
