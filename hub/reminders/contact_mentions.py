"""Where notes of contacts with customers name people."""

from hub.reminders.models import contact_notes
from hub.storage.mentions import Place

PLACES = (Place(table=contact_notes, columns=("text", "by_name"), what="notes of calls, meetings and the like"),)
