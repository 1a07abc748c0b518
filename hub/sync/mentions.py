"""Where syncs keep what people are called."""

from hub.storage.mentions import Place
from hub.sync.models import sync_cursors, sync_rejects, sync_runs

PLACES = (
    Place(
        table=sync_rejects,
        columns=("reason", "field", "value", "expected", "raw"),
        what="rows that an import or a sync could not use",
    ),
    Place(
        table=sync_runs,
        columns=("reason", "findings", "tie_out", "progress", "log"),
        what="outcomes of imports and syncs",
    ),
    Place(table=sync_cursors, columns=("cursor",), what="places where syncs go on"),
)
