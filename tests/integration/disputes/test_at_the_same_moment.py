"""Two at once: moves of one dispute, openings on one invoice and under one external id."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from hub.disputes import capture, history, moves, service
from hub.errors import ConflictError, HubError, PreconditionError
from hub.ledger import holds
from hub.storage.audit import acting
from tests.integration.disputes.conftest import NOW, OTHER, SOMEBODY


@pytest.fixture
def at_once(storage, tenant):
    """Does things in transactions that are all open before the first commits; returns what each gave or raised."""

    def at_once(*works):
        ready = threading.Barrier(len(works))

        def run(place):
            who, work = works[place]
            try:
                with storage.tenant(tenant) as session, acting(who):
                    ready.wait()
                    return work(session)
            except HubError as error:
                return error

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(run, range(len(works))))

    return at_once


@pytest.fixture
def dispute_id(storage, tenant, new_invoice):
    opening = capture.Opening(text="Too dear.", source="api", invoice_id=new_invoice("100"))
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        return capture.open_dispute(session, opening, NOW, today=NOW.date()).id


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_who_decide_one_is_told(storage, tenant, dispute_id, at_once, attempt):
    found = at_once(
        (SOMEBODY, lambda session: moves.accept(session, dispute_id, NOW)),
        (OTHER, lambda session: moves.reject(session, dispute_id, NOW, note="Clean delivery note.")),
    )
    refused = [each for each in found if isinstance(each, ConflictError)]
    (done,) = [each for each in found if not isinstance(each, HubError)]
    assert len(refused) == 1
    with storage.tenant(tenant) as session:
        assert service.get(session, dispute_id)["status"] == done["status"]
        assert [event["kind"] for event in history.read(session, dispute_id)] == ["opened", "moved"]


def test_of_two_who_change_the_same_version_one_is_told(storage, tenant, dispute_id, at_once):
    found = at_once(
        *(
            (
                SOMEBODY,
                lambda session, amount=amount: service.change(
                    session, dispute_id, {"amount": Decimal(amount)}, NOW, expected_version=1
                ),
            )
            for amount in (10, 20)
        )
    )
    assert len([each for each in found if isinstance(each, PreconditionError)]) == 1
    with storage.tenant(tenant) as session:
        dispute = service.get(session, dispute_id)
        (hold,) = [each for each in holds.active(session) if each.source_id == dispute_id]
    assert hold.amount == dispute["amount"] and dispute["version"] == 2


def test_comments_at_once_are_all_kept(storage, tenant, dispute_id, at_once):
    at_once(
        *((who, lambda session: service.comment(session, dispute_id, "Mine.", NOW)) for who in (SOMEBODY, OTHER) * 3)
    )
    with storage.tenant(tenant) as session:
        events = history.read(session, dispute_id)
        assert service.get(session, dispute_id)["version"] == 7
    assert [event["kind"] for event in events] == ["opened"] + ["commented"] * 6


@pytest.mark.parametrize("source", ["api", "email"])
def test_one_external_id_is_one_dispute(storage, tenant, new_invoice, at_once, source):
    external_id = f"<{source}@acme.example>"
    invoices = [new_invoice() for _ in range(4)]

    def opening(invoice_id):
        one = capture.Opening(text="x", source=source, invoice_id=invoice_id, external_id=external_id)
        return lambda session: capture.open_dispute(session, one, NOW, today=NOW.date())

    found = at_once(*((SOMEBODY, opening(each)) for each in invoices))
    assert len({each.id for each in found}) == 1
    assert sorted(each.is_new for each in found) == [False, False, False, True]
    with storage.tenant(tenant) as session:
        (hold,) = holds.active(session, invoices)
    assert hold.source_id == found[0].id


def test_an_invoice_is_not_disputed_beyond_what_is_open(storage, tenant, new_invoice, at_once):
    invoice_id = new_invoice("100")
    opening = capture.Opening(text="x", source="api", invoice_id=invoice_id, amount=Decimal("60"))
    found = at_once(
        *((SOMEBODY, lambda session: capture.open_dispute(session, opening, NOW, today=NOW.date())) for _ in range(3))
    )
    refused = [each for each in found if isinstance(each, capture.DisputeExistsError)]
    (opened,) = [each for each in found if not isinstance(each, HubError)]
    assert len(refused) == 2 and {each.dispute_id for each in refused} == {opened.id}
    with storage.tenant(tenant) as session:
        assert [each.id for each in capture.unended_of(session, invoice_id)] == [opened.id]
