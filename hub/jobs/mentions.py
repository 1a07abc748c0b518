"""Where work might name people: what it was given, what came of it, and why it failed. For a hub session."""

from hub.jobs.models import work
from hub.storage.mentions import Place


def places(tenant: str) -> tuple[Place, ...]:
    """The work of one tenant."""
    columns = ("payload", "message", "result", "error")
    return (Place(table=work, columns=columns, what="jobs and their outcomes", only=work.c.tenant_key == tenant),)
