"""Disputes through the whole hub to the provider's books: one credit memo, whatever goes wrong on the way."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from hub.connections.calling import HubApi
from hub.disputes import write_back
from hub.ledger import adjustments
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from tests.integration.connectors.hub_beside_boxes import HubBesideBox, hub_beside

FAST = {"per_minute": 1_000_000, "concurrent": 100}
MAKING = {"quickbooks": "/creditmemo", "xero": "PUT /api.xro/2.0/CreditNotes"}
APPLYING = {"quickbooks": "POST /v3/company/9130350000000001/payment", "xero": "/Allocations"}


@pytest.fixture
def hasty(monkeypatch):
    """The hub does not sleep between tries."""
    monkeypatch.setitem(HubApi.__init__.__kwdefaults__, "sleep", lambda seconds: None)


@pytest.fixture(params=["quickbooks", "xero"])
def hub(request, storage, settings, hasty):
    """A hub that has read one customer's one invoice, whose admin lets it write."""
    with connected(storage, settings, request.param) as hub:
        allow(hub)
        yield hub


@contextmanager
def connected(storage, settings, slug):
    company = Company(started_on=date(2026, 6, 1), customers=1, invoices_per_day=0, currencies=("USD",))
    company.issue(1, "100.00", number="INV-7")
    with hub_beside(storage, settings, slug, company, limits=FAST) as hub:
        hub.box.limit()
        hub.box.fault_seconds = 0.2
        hub.kinds = ("connections.", "sync.", "disputes.write_back", "disputes.confirm")
        hub.connect()
        yield hub


def allow(hub: HubBesideBox, allowed: bool = True) -> dict[str, Any]:
    """Let the hub write; where the provider asks people for that apart, consent to it."""
    path = f"/api/connections/{hub.connection}"
    match = hub.browser.get(path).headers["ETag"]
    shown = hub.call("PATCH", path, json={"write_back": allowed}, headers={"If-Match": match})
    if allowed and not shown["write_granted"]:
        begun = hub.call("POST", f"{path}/reconnect", json={"config": {}})
        came_back = hub.browser.get(begun["authorize_url"], headers={"Authorization": ""}, follow_redirects=True)
        assert came_back.url.params["outcome"] == "checking", came_back.url
        hub.work_off()
        shown = hub.call("GET", path)
        assert (shown["status"], shown["write_granted"]) == ("ready", True)
    return shown


def accepted(hub: HubBesideBox, amount: str = "30.05", **accept: Any) -> dict[str, Any]:
    """An accepted dispute of the invoice; its adjustment."""
    dispute = hub.call(
        "POST", "/api/disputes", json={"invoice_number": "INV-7", "text": "Too dear.", "code": "pricing"}
    )
    path = f"/api/disputes/{dispute['id']}"
    for verb, body in (
        ("investigate", None),
        ("propose", {"action": "credit", "amount": amount}),
        ("accept", accept),
    ):
        dispute = hub.call("POST", f"{path}/{verb}", **({} if body is None else {"json": body}))
    (adjustment,) = dispute["adjustments"]
    return adjustment


def written(hub: HubBesideBox, adjustment: dict[str, Any]) -> dict[str, Any]:
    """Have it written back, and done what follows; the adjustment then."""
    hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    hub.work_off()
    return one(hub, adjustment)


def one(hub: HubBesideBox, adjustment: dict[str, Any]) -> dict[str, Any]:
    (found,) = hub.call("GET", f"/api/adjustments?dispute_id={adjustment['dispute_id']}")["items"]
    return found


def balance(hub: HubBesideBox) -> Decimal:
    (invoice,) = hub.call("GET", "/api/invoices?number=INV-7")["items"]
    return Decimal(invoice["balance"])


def memos(hub: HubBesideBox) -> list[Any]:
    return list(hub.company.credit_memos.values())


def is_once(hub: HubBesideBox, adjustment: dict[str, Any], amount: str = "30.05") -> None:
    """Fails unless there is one memo, applied once, which the ledger has and the adjustment is confirmed by."""
    (memo,) = memos(hub)
    assert memo.total == Decimal(amount)
    assert [each.amount for each in hub.company.applications.values()] == [Decimal(amount)]
    found = one(hub, adjustment)
    assert (found["status"], found["number"], found["error"]) == ("confirmed", memo.number, None)
    assert balance(hub) == Decimal("100.00") - Decimal(amount)
    hub.ties_out()


def test_a_suggestion_and_an_accepted_dispute_tell_the_provider_nothing(hub):
    adjustment = accepted(hub)
    hub.sync("full")
    assert (one(hub, adjustment)["status"], balance(hub), memos(hub)) == ("pending", Decimal("100.00"), [])
    assert not [call for call in hub.box.calls if call.method == "PUT" or "creditmemo" in call.path]


def test_written_back_it_is_one_memo_that_the_next_sync_confirms(hub):
    adjustment = accepted(hub)
    is_once(hub, written(hub, adjustment))
    history = hub.call("GET", f"/api/disputes/{adjustment['dispute_id']}/history")["items"]
    assert [each["kind"] for each in history][-4:] == ["adjusted", "moved", "written_back", "adjusted"]
    # Asked for again there is nothing to do.
    again = hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back")
    assert (again.status_code, again.json()["detail"]) == (409, "There is nothing to write back: it is confirmed.")
    hub.work_off()
    is_once(hub, adjustment)


def test_accepting_may_write_it_back_at_once(hub):
    adjustment = accepted(hub, write_back=True)
    hub.work_off()
    is_once(hub, adjustment)


def test_what_is_asked_for_twice_at_once_is_done_once(hub):
    adjustment = accepted(hub)
    for _ in range(3):
        hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    hub.work_off()
    is_once(hub, adjustment)


@pytest.mark.parametrize("kind", ["lost_answer", "timeout", "status:500"])
@pytest.mark.parametrize("step", [MAKING, APPLYING])
def test_a_lost_answer_makes_no_second_memo(hub, step, kind):
    # Every try of the first attempt, so that the job itself has to come again.
    hub.box.faults.add(Fault(kind, match=step[hub.slug], every=1, times=3))
    is_once(hub, written(hub, accepted(hub)))
    assert hub.box.faults.fired


@pytest.mark.parametrize("crash", ["before it is asked", "when it has answered"])
def test_a_worker_that_dies_between_sent_and_recorded_makes_no_second_memo(hub, monkeypatch, crash):
    adjustment = accepted(hub)
    real = write_back._write

    def dies(*arguments):
        monkeypatch.undo()
        if crash == "when it has answered":
            real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(write_back, "_write", dies)
    hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    hub.work_off()
    is_once(hub, adjustment)


def test_what_was_sent_is_committed_before_the_provider_is_asked(hub, monkeypatch):
    adjustment = accepted(hub)
    seen = []

    def look(context, connection, request):
        with context.storage.tenant(context.tenant) as session:
            seen.append((adjustments.get(session, write_back.UUID(adjustment["id"])), request))
        return real(context, connection, request)

    real = write_back._write
    monkeypatch.setattr(write_back, "_write", look)
    written(hub, adjustment)
    ((held, request),) = seen
    assert (held.status, held.idempotency_key, held.written_on) == ("sending", request.key, request.on)


def test_a_refused_memo_says_why_and_may_be_tried_again(hub):
    adjustment = accepted(hub)
    hub.box.refusals.append("6210" if hub.slug == "quickbooks" else "The books are closed")
    failed = written(hub, adjustment)
    assert (failed["status"], memos(hub)) == ("failed", [])
    assert "refuses the credit" in failed["error"] and "closed" in failed["error"]
    is_once(hub, written(hub, adjustment))


def test_a_failed_one_may_be_cancelled_and_a_written_one_not(hub):
    adjustment = accepted(hub)
    hub.box.refusals.append("6210")
    path = f"/api/adjustments/{adjustment['id']}"
    assert written(hub, adjustment)["status"] == "failed"
    assert hub.call("POST", f"{path}/cancel")["status"] == "cancelled"
    assert hub.browser.post(f"{path}/write-back").status_code == 409
    assert (memos(hub), balance(hub)) == ([], Decimal("100.00"))
    other = accepted_again(hub)
    written(hub, other)
    refused = hub.browser.post(f"/api/adjustments/{other['id']}/cancel")
    assert (refused.status_code, refused.json()["detail"]) == (409, "The books have it already; correct it there.")


def accepted_again(hub: HubBesideBox) -> dict[str, Any]:
    """Another dispute of the invoice, once the first one ended."""
    for each in hub.call("GET", "/api/disputes?status=accepted")["items"]:
        hub.call("POST", f"/api/disputes/{each['id']}/resolve", json={"outcome": "withdrawn"})
    return accepted(hub)


def test_an_invoice_that_was_paid_meanwhile_takes_no_credit(hub):
    adjustment = accepted(hub)
    hub.company.pay(1, "80.00", [(next(iter(hub.company.invoices)), "80.00")])
    failed = written(hub, adjustment)
    assert (failed["status"], memos(hub)) == ("failed", [])
    assert "20" in failed["error"] and "less than the credit" in failed["error"]


def test_a_memo_entered_by_hand_confirms_what_was_pending(hub):
    adjustment = accepted(hub)
    memo = hub.company.credit(1, "30.05", number="BY-HAND")
    hub.company.apply("credit_memo", memo.id, next(iter(hub.company.invoices)), "30.05")
    hub.sync()
    found = one(hub, adjustment)
    assert (found["status"], found["number"]) == ("confirmed", "BY-HAND")
    assert hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back").status_code == 409
    assert len(memos(hub)) == 1


def test_a_revoked_grant_fails_it_and_the_connection_says_so(hub):
    adjustment = accepted(hub)
    hub.box.oauth.revoke_all() if hub.slug == "quickbooks" else hub.box.signing.revoke_all()
    failed = written(hub, adjustment)
    assert (failed["status"], memos(hub)) == ("failed", [])
    assert failed["error"]
    assert hub.call("GET", f"/api/connections/{hub.connection}")["status"] == "needs_reconnect"


def test_a_lost_answer_and_then_a_revoked_grant_leave_it_open_until_somebody_can_look(hub):
    adjustment = accepted(hub)
    hub.box.faults.add(Fault("lost_answer", match=MAKING[hub.slug], every=1, times=3))
    hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    revoke = hub.box.oauth.revoke_all if hub.slug == "quickbooks" else hub.box.signing.revoke_all
    real = hub.box.faults.next

    def next_fault(*arguments, **options):
        found = real(*arguments, **options)
        if found is not None and len(hub.box.faults.fired) == 3:
            revoke()
        return found

    hub.box.faults.next = next_fault
    hub.work_off()
    hub.box.faults.next = real
    assert one(hub, adjustment)["status"] == "sending"
    assert hub.browser.post(f"/api/adjustments/{adjustment['id']}/cancel").status_code == 409
    assert len(memos(hub)) == 1
    reconnected = hub.call("POST", f"/api/connections/{hub.connection}/reconnect", json={"config": {}})
    hub.browser.get(reconnected["authorize_url"], headers={"Authorization": ""}, follow_redirects=True)
    hub.work_off()
    hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back")
    hub.work_off()
    is_once(hub, adjustment)


def test_nothing_is_written_where_no_admin_allowed_it(storage, settings, hasty):
    for slug in ("quickbooks", "xero"):
        with connected(storage, settings, slug) as hub:
            shown = hub.call("GET", f"/api/connections/{hub.connection}")
            assert (shown["can_write"], shown["write_back"]) == (True, False)
            adjustment = accepted(hub)
            refused = hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back")
            assert (
                refused.status_code == 409 and "An admin has not allowed writing to Books" in refused.json()["detail"]
            )
            hub.work_off()
            assert (one(hub, adjustment)["status"], memos(hub)) == ("pending", [])


def test_what_is_forbidden_again_before_the_job_ran_is_not_written(hub):
    adjustment = accepted(hub)
    hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    allow(hub, False)
    hub.work_off()
    failed = one(hub, adjustment)
    assert (failed["status"], memos(hub)) == ("failed", [])
    assert "has not allowed" in failed["error"]


def test_a_disconnected_connection_is_written_to_no_more(hub):
    adjustment = accepted(hub)
    hub.call("POST", f"/api/adjustments/{adjustment['id']}/write-back")
    hub.call("POST", f"/api/connections/{hub.connection}/disconnect")
    hub.work_off()
    assert (one(hub, adjustment)["status"], memos(hub)) == ("failed", [])
    refused = hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back")
    assert refused.status_code == 409
    shown = hub.call("GET", f"/api/connections/{hub.connection}")
    assert (shown["write_back"], shown["write_granted"]) == (False, False)


def test_xero_asks_for_writing_only_where_it_is_allowed(storage, settings, hasty):
    with connected(storage, settings, "xero") as hub:
        asked = [call.query["scope"].split() for call in hub.box.calls if call.path == "/identity/connect/authorize"]
        assert asked and all("accounting.invoices" not in each for each in asked)
        path = f"/api/connections/{hub.connection}"
        match = hub.browser.get(path).headers["ETag"]
        shown = hub.call("PATCH", path, json={"write_back": True}, headers={"If-Match": match})
        assert (shown["write_back"], shown["write_granted"]) == (True, False)
        adjustment = accepted(hub)
        refused = hub.browser.post(f"/api/adjustments/{adjustment['id']}/write-back")
        assert "does not reach to writing: reconnect it" in refused.json()["detail"]
        allow(hub)
        allow(hub, False)
        allow(hub)
        is_once(hub, written(hub, adjustment))


def test_a_consent_that_leaves_writing_out_grants_none(storage, settings, hasty):
    with connected(storage, settings, "xero") as hub:
        path = f"/api/connections/{hub.connection}"
        match = hub.browser.get(path).headers["ETag"]
        hub.call("PATCH", path, json={"write_back": True}, headers={"If-Match": match})
        begun = hub.call("POST", f"{path}/reconnect", json={"config": {}})
        less = begun["authorize_url"].replace("+accounting.invoices&", "&").replace("%20accounting.invoices&", "&")
        assert less != begun["authorize_url"]
        hub.browser.get(less, headers={"Authorization": ""}, follow_redirects=True)
        hub.work_off()
        shown = hub.call("GET", path)
        assert (shown["status"], shown["write_back"], shown["write_granted"]) == ("ready", True, False)


def test_what_can_only_be_read_cannot_be_allowed(storage, settings, hasty):
    company = Company(started_on=date(2026, 6, 1), customers=1, invoices_per_day=0, currencies=("USD",))
    with hub_beside(storage, settings, "netsuite", company, limits=FAST) as hub:
        hub.connect()
        path = f"/api/connections/{hub.connection}"
        match = hub.browser.get(path).headers["ETag"]
        refused = hub.browser.patch(path, json={"write_back": True}, headers={"If-Match": match})
        assert refused.status_code == 422 and "only read" in refused.text


def test_the_audit_tells_who_let_the_hub_write_and_what_was_written(hub, storage):
    adjustment = accepted(hub)
    written(hub, adjustment)
    query = text("select action from audit.events where chain = :tenant and object_id = any(:ids) order by number")
    with storage.hub() as session:
        actions = list(session.scalars(query, {"tenant": hub.tenant, "ids": [adjustment["id"], hub.connection]}))
    assert "connection.writing_allowed" in actions
    assert [each for each in actions if each.startswith("adjustment.")] == [
        *("adjustment.recorded", "adjustment.sending", "adjustment.written_back", "adjustment.confirmed")
    ]
