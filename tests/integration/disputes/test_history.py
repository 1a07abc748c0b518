"""The history of disputes is added to and never rewritten, and tells what each dispute is."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.disputes import capture, history, moves, service
from hub.disputes.workflow import OUTCOMES, RULES, UNENDED
from hub.errors import ConflictError, ForbiddenError, InvalidError
from hub.http.answers import dumps
from hub.ledger import holds
from hub.sdk.classifier import REASONS
from hub.storage.audit import SYSTEM, Actor, acting
from hub.storage.session import driver
from tests.integration.disputes.conftest import NOW, OTHER, SOMEBODY

REFUSED = "the history of disputes is only ever added to"
PROGRAM = Actor(kind="key", id="018f3a52-0000-8000-8000-00000000000c", name="erp")
REPLAYED = (
    *("status", "code", "codes", "code_by", "is_sure", "amount", "currency"),
    *("invoice_id", "customer_id", "owner_id", "due_on", "outcome"),
)


@pytest.fixture
def dispute_id(storage, tenant, new_invoice):
    opening = capture.Opening(text="Too dear.", source="api", invoice_id=new_invoice("100"))
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        return capture.open_dispute(session, opening, NOW, today=NOW.date()).id


@pytest.mark.parametrize(
    "statement",
    [
        "update dispute_events set by_name = 'nobody'",
        "update dispute_events set at = now() where false",
        "delete from dispute_events",
        "delete from dispute_events where false",
    ],
)
def test_no_role_of_the_hub_rewrites_it(storage, tenant, dispute_id, statement):
    for enter in (lambda: storage.tenant(tenant), storage.hub):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=REFUSED), enter() as session:
            # The hub's own role owns the table and may do anything but this.
            driver(session).execute(f"set local search_path to tenant_{tenant}")
            driver(session).execute(statement)
    with storage.tenant(tenant) as session:
        assert len(history.read(session, dispute_id)) == 1


def test_it_cannot_be_emptied(storage, tenant, dispute_id):
    for enter in (lambda: storage.tenant(tenant), storage.hub):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), enter() as session:
            driver(session).execute(f"truncate tenant_{tenant}.dispute_events")
    with storage.tenant(tenant) as session:
        assert len(history.read(session, dispute_id)) == 1


def test_a_tenant_cannot_take_the_guard_off(storage, tenant, dispute_id):
    for statement in (
        "alter table dispute_events disable trigger refuse",
        "drop trigger refuse on dispute_events",
        "drop table dispute_events",
        "drop function refuse_change_of_history() cascade",
        "set local session_replication_role = replica",
        "create or replace function refuse_change_of_history() returns trigger language plpgsql as 'begin end'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), storage.tenant(tenant) as session:
            driver(session).execute(statement)


def test_it_has_no_words_of_people(storage, tenant, dispute_id):
    said = "Jo Doe of Acme says it was four cartons."
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        service.comment(session, dispute_id, said, NOW)
        service.set_evidence(session, dispute_id, NOW, kind="photos", status="have", note=said)
        moves.propose(session, dispute_id, NOW, action="credit", amount=Decimal("1"), note=said)
        service.change(session, dispute_id, {"product": said}, NOW, expected_version=4)
        kept = session.scalars(text("select dispute_events::text from dispute_events")).all()
    assert not [row for row in kept if "Acme" in row or "cartons" in row]
    with storage.tenant(tenant) as session:
        events = history.read(session, dispute_id)
    assert [event["text"] for event in events if event["text"]] == [said, said]


VERB = st.sampled_from([*RULES, "comment", "code", "owner", "due", "amount", "evidence"])
STEP = st.tuples(VERB, st.sampled_from([SOMEBODY, OTHER, PROGRAM, SYSTEM, history.POLICY]), st.integers(0, 999))


def _step(session, dispute_id, verb, seed, at):
    version = service.get(session, dispute_id)["version"]
    if verb == "investigate":
        moves.investigate(session, dispute_id, at)
    elif verb == "propose":
        moves.propose(session, dispute_id, at, action="credit", amount=Decimal(1 + seed % 90), note="so")
    elif verb == "accept":
        moves.accept(session, dispute_id, at)
    elif verb == "reject":
        moves.reject(session, dispute_id, at, note="so")
    elif verb == "resolve":
        moves.resolve(session, dispute_id, at, outcome=OUTCOMES[seed % len(OUTCOMES)])
    elif verb == "reopen":
        moves.reopen(session, dispute_id, at, note="so")
    elif verb == "comment":
        service.comment(session, dispute_id, f"said {seed}", at)
    elif verb == "code":
        further = [REASONS[(seed + 1) % len(REASONS)]] if seed % 2 else []
        service.set_code(session, dispute_id, REASONS[seed % len(REASONS)], further, at)
    elif verb == "evidence":
        service.set_evidence(session, dispute_id, at, kind=f"kind_{seed % 3}", status="have")
    else:
        changes = {
            "owner": {"owner_id": None if seed % 3 == 0 else SOMEBODY.id},
            "due": {"due_on": date(2026, 4, 1) + timedelta(days=seed % 30)},
            "amount": {"amount": None if seed % 4 == 0 else Decimal(1 + seed % 100)},
        }
        service.change(session, dispute_id, changes[verb], at, expected_version=version)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=15))
def test_replayed_it_is_the_dispute(storage, tenant, new_invoice, steps):
    opening = capture.Opening(text="Too dear.", source="api", invoice_id=new_invoice("100"))
    done = 0
    with storage.tenant(tenant) as session:
        with acting(SOMEBODY):
            dispute_id = capture.open_dispute(session, opening, NOW, today=NOW.date()).id
        for place, (verb, who, seed) in enumerate(steps):
            before = service.get(session, dispute_id)
            try:
                with acting(who), session.begin_nested():
                    _step(session, dispute_id, verb, seed, NOW + timedelta(minutes=place))
                done += 1
            except (ConflictError, ForbiddenError, InvalidError):
                # Refused, it left nothing behind.
                assert service.get(session, dispute_id) == before
        dispute = service.get(session, dispute_id)
        events = history.read(session, dispute_id)
        held = [each for each in holds.active(session) if each.source_id == dispute_id]
        session.rollback()
    replayed = replay(events)
    now = {name: _plain(dispute[name]) for name in REPLAYED}
    assert {name: replayed.get(name) for name in REPLAYED} == now
    # One for each step, but for those that changed nothing; what a step does beside the dispute has its own.
    assert len([event for event in events if event["kind"] not in ("adjusted", "suggested")]) <= done + 1
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)
    assert [event["before"]["status"] for event in events if event["kind"] == "moved"] == _statuses(events)
    # What it holds follows from what it is.
    assert [(each.amount, each.until) for each in held] == (
        [(dispute["amount"], dispute["due_on"])] if dispute["status"] in UNENDED else []
    )


def _statuses(events):
    """Where each move began, by the events before it."""
    found, status = [], None
    for event in events:
        if event["kind"] == "moved":
            found.append(status)
        status = (event["after"] or {}).get("status", status)
    return found


def _plain(value):
    import orjson

    return orjson.loads(dumps({"value": value}))["value"]


def replay(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What a dispute is after these events, oldest first: every column that an event has changed, as JSON."""
    state: dict[str, Any] = {}
    for event in events:
        if event["kind"] in _BESIDE:
            continue
        state |= {name: value for name, value in (event["after"] or {}).items() if name not in _OF_COMMENTS}
    return state


_BESIDE = ("suggested", "adjusted", "written_back", "commented", "evidence")
"""Kinds of events that tell of something beside the dispute itself."""
_OF_COMMENTS = ("comment_id", "sha256")
