"""Where disputes name people: in what they wrote, what was written about it, and what was said with each step."""

from typing import Any

from sqlalchemy import ColumnElement, literal_column

from hub.disputes.models import dispute_comments, dispute_labels, dispute_policies, disputes, inbound_mails
from hub.storage.mentions import Place

# Places in a text that is another text now would mark the wrong words.
_WITHOUT_SPANS: ColumnElement[Any] = literal_column("""
    case when reading -> 'labels' is null then reading else jsonb_set(reading, '{labels}', (
        select coalesce(jsonb_agg(label.value || '{"spans": []}' order by label.ordinality), '[]')
        from jsonb_array_elements(reading -> 'labels') with ordinality label
    )) end
""")

DISPUTES = Place(
    table=disputes,
    columns=(
        *("text", "context", "sender", "product", "external_id", "attachments", "evidence"),
        *("suggestion", "proposal"),
    ),
    what="disputes: what was written, by whom, and what is noted beside it",
    touches={"version": disputes.c.version + 1, "reading": _WITHOUT_SPANS},
)
PLACES = (
    DISPUTES,
    Place(table=dispute_comments, columns=("text", "by_name"), what="comments on disputes"),
    Place(table=dispute_labels, columns=("text",), what="texts of disputes that the classifier learns from"),
    Place(table=dispute_policies, columns=("document", "source", "note"), what="policies of disputes"),
    Place(table=inbound_mails, columns=("message_id", "reason"), what="which mails came in"),
)
