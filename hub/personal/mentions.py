"""Where saved views might name people: somebody may have looked for them."""

from hub.personal.models import saved_views
from hub.storage.mentions import Place

PLACES = (Place(table=saved_views, columns=("name", "parameters"), what="saved views of lists"),)
