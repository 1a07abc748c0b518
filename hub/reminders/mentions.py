"""Where reminders name people: whom they go to, what they say, and what is noted beside them."""

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from hub.reminders.models import (
    reminder_items,
    reminder_policies,
    reminder_policy_versions,
    reminder_settings,
    reminder_templates,
    reminder_writers,
    reminders,
)
from hub.storage.mentions import Person, Place, erase

REMINDERS = Place(
    table=reminders,
    columns=("recipients", "cc", "subject", "text", "attempts", "facts", "fell_back", "reason"),
    what="reminders: to whom, what they say, and what is noted beside them",
    touches={"version": reminders.c.version + 1},
)
PLACES = (
    REMINDERS,
    Place(table=reminder_items, columns=("dropped",), what="invoices that reminders asked for"),
    Place(table=reminder_policies, columns=("name", "document"), what="policies of reminders"),
    Place(table=reminder_policy_versions, columns=("document", "note"), what="earlier policies of reminders"),
    Place(table=reminder_settings, columns=("document",), what="settings of reminders"),
    Place(table=reminder_templates, columns=("subject", "text"), what="templates of reminders"),
    Place(table=reminder_writers, columns=("config",), what="how writers of reminders are set up"),
)


def erase_recipient(session: Session, pseudonym: str, address: str) -> int:
    """Erase whoever has an address from the reminders to them, by the names that these greet them with; how many."""
    listed = reminders.c.recipients, reminders.c.cc
    query = select(reminders.c.id, *listed)
    rows = session.execute(
        query.where(
            cast(listed[0], Text).icontains(address, autoescape=True)
            | cast(listed[1], Text).icontains(address, autoescape=True)
        )
    ).all()
    count = 0
    for row in rows:
        names = tuple(
            each["name"]
            for each in (*row.recipients, *row.cc)
            if each.get("name") and each["email"].casefold() == address.casefold()
        )
        if names:
            count += erase(session, REMINDERS.narrowed(reminders.c.id == row.id), Person(pseudonym, address, names))
    return count
