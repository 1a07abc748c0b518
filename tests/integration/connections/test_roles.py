"""What a tenant's own role may do with the hub's tables of connections: nothing at all."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError


@pytest.mark.parametrize("table", ["connect_states", "connected_accounts", "parked_webhooks"])
@pytest.mark.parametrize(
    "verb", ["select count(*) from hub.{}", "delete from hub.{}", "insert into hub.{} default values"]
)
def test_a_tenant_is_refused(storage, tenant, table, verb):
    with pytest.raises(ProgrammingError, match="permission denied"), storage.tenant(tenant) as session:
        session.execute(text(verb.format(table)))
