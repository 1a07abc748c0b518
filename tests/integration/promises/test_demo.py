"""The demo's promises go through the same verb as any, once."""

from datetime import UTC, datetime
from uuid import uuid4

from hub.cli import demo_promises
from hub.ledger import promises
from hub.tenants import service as tenants
from tests.integration.promises.conftest import in_days


def test_they_are_made_once_of_different_customers(storage, tenant, new_invoice, member):
    now = datetime.now(UTC)
    ids = [
        new_invoice("1000", customer=f"demo{place // 2}", issued_on=in_days(-90), due_on=in_days(-60 + place))
        for place in range(2 * len(demo_promises.WANTED))
    ]
    assert demo_promises.make_all(storage, tenant, now) == len(demo_promises.WANTED)
    assert demo_promises.make_all(storage, tenant, now) == 0
    with storage.tenant(tenant) as session:
        made = [each for invoice_id in ids for each in promises.of_invoice(session, invoice_id)]
    assert len({each.customer_id for each in made}) == len(demo_promises.WANTED)
    assert sorted(each.status for each in made) == ["open"] * 4 + ["superseded"]
    assert {each.recorded_by for each in made} == {str(member.user_id)}
    assert [each.paid_on for each in made if each.paid_on] == [in_days(-1)]


def test_without_anybody_to_note_them_there_are_none(storage):
    key = tenants.create(storage, f"Demo of nobody {uuid4().hex[:6]}").key
    assert demo_promises.make_all(storage, key, datetime.now(UTC)) == 0
