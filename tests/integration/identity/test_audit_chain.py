"""Whoever may do everything to the database still cannot change the audit unseen."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from hub.identity import audit
from hub.identity.audit import Head, content_hash
from hub.storage import audit as storage_audit
from hub.storage.audit import Actor, acting, record
from hub.tenants import service as tenants

ODD = Actor(kind="person", id="u1", name='Zoë "Z" \\ Müller-Ω', address="2001:db8::1", user_agent=None, request_id="r1")
_ROWS = """
    select number, (extract(epoch from at) * 1000000)::bigint::text, actor_kind, actor_id, actor_name, action,
           object_type, object_id, outcome, before::text, after::text, address, user_agent, request_id
    from audit.events where chain = %s order by number
"""


@pytest.fixture(scope="module")
def superuser(servers):
    if not hasattr(servers, "postgres"):
        pytest.skip("the server's superuser is not ours here")
    with psycopg.connect(servers.postgres.superuser_url, autocommit=True) as connection:
        connection.execute("set session_replication_role to replica")  # no triggers in this session
        yield connection


@pytest.fixture
def chain(storage):
    """A new tenant's chain of ten events: its creation and nine changes."""
    key = tenants.create(storage, "Chained").key
    for number in range(2, 11):
        with acting(ODD), storage.tenant(key) as session:
            after = {"size": 1.5, "text": 'naïve \u2028 "q" \\ \n\t', "none": None, "deep": [{"b": 1, "aa": 2}]}
            record(session, "thing.changed", "thing", number, before={} if number % 2 else None, after=after)
    return key


def verdict(storage, chain, *expected, **options):
    with storage.hub() as session:
        return audit.verify(session, chain, expected=expected, **options)


def head(storage, chain):
    with storage.hub() as session:
        return audit.head(session, chain)


def write_anew(superuser, chain, since=1):
    """Make the chain consistent again from a number on, as somebody with all rights and this source code could."""
    row = superuser.execute("select hash from audit.events where chain = %s and number = %s", [chain, since - 1])
    previous = (row.fetchone() or [b""])[0]
    number = since - 1
    for number, *fields in superuser.execute(_ROWS, [chain]).fetchall():
        if number >= since:
            digest = content_hash(previous, (chain, str(number), *fields))
            superuser.execute(
                "update audit.events set previous_hash = %s, hash = %s where chain = %s and number = %s",
                [previous, digest, chain, number],
            )
            previous = digest
    superuser.execute("update audit.chains set number = %s, hash = %s where chain = %s", [number, previous, chain])


def test_what_the_database_chained_verifies_here(storage, chain):
    found = verdict(storage, chain)
    assert found.fault is None and found.is_complete
    assert (found.base, found.through, found.head.number) == (0, 10, 10)


def test_a_tenant_verifies_its_own_chain(storage, chain):
    with storage.tenant(chain) as session:
        assert audit.verify(session, chain).is_complete
        assert audit.verify(session, chain, after=4, limit=3).through == 7


def test_a_chain_that_has_not_begun_is_intact(storage):
    found = verdict(storage, "never_begun")
    assert found.fault is None and found.through == 0


@pytest.mark.parametrize(
    "column, value",
    [
        ("action", "'thing.left'"),
        ("actor_name", "'somebody else'"),
        ("actor_id", "'u2'"),
        ("object_id", "'99'"),
        ("outcome", "'denied'"),
        ("at", "at + interval '1 microsecond'"),
        ("after", "after || '{\"size\": 2}'"),
        ("after", "null"),
        ("before", "'{}'"),
        ("address", "'192.0.2.1'"),
        ("user_agent", "''"),
        ("request_id", "null"),
        ("hash", "sha256('')"),
    ],
)
def test_a_changed_row_is_found_by_its_number(storage, chain, superuser, column, value):
    superuser.execute(f"update audit.events set {column} = {value} where chain = %s and number = 4", [chain])
    found = verdict(storage, chain)
    assert (found.fault.number, found.fault.reason, found.through) == (4, "was changed", 3)


def test_a_changed_row_whose_hash_was_made_to_fit_is_found_by_the_next(storage, chain, superuser):
    superuser.execute("update audit.events set actor_id = 'u2' where chain = %s and number = 4", [chain])
    before = superuser.execute("select hash from audit.events where chain = %s and number = 3", [chain]).fetchone()[0]
    number, *fields = superuser.execute(_ROWS, [chain]).fetchall()[3]
    fitting = content_hash(before, (chain, str(number), *fields))
    superuser.execute("update audit.events set hash = %s where chain = %s and number = 4", [fitting, chain])
    found = verdict(storage, chain)
    assert found.fault.number == 5 and "one of the two was replaced" in found.fault.reason


@pytest.mark.parametrize("number", [1, 5])
def test_a_removed_row_is_found(storage, chain, superuser, number):
    superuser.execute("delete from audit.events where chain = %s and number = %s", [chain, number])
    assert verdict(storage, chain).fault == audit.Fault(number, "is missing")


def test_a_removed_row_is_found_where_the_others_moved_up(storage, chain, superuser):
    superuser.execute("delete from audit.events where chain = %s and number = 5", [chain])
    for step in ("+ 100", "- 101"):  # not past each other, for the primary key's sake
        superuser.execute(f"update audit.events set number = number {step} where chain = %s and number > 5", [chain])
    assert verdict(storage, chain).fault == audit.Fault(5, "was changed")


def test_rows_that_changed_places_are_found(storage, chain, superuser):
    for old, new in ((4, -1), (5, 4), (-1, 5)):
        superuser.execute("update audit.events set number = %s where chain = %s and number = %s", [new, chain, old])
    assert verdict(storage, chain).fault == audit.Fault(4, "was changed")


def test_a_row_of_another_chain_does_not_fit(storage, chain, superuser):
    superuser.execute("delete from audit.events where chain = %s and number = 4", [chain])
    superuser.execute(
        "with other as (select * from audit.events where chain = '@installation' order by number limit 1)"
        " insert into audit.events select %s, 4, at, actor_kind, actor_id, actor_name, action, object_type, object_id,"
        " outcome, before, after, address, user_agent, request_id, previous_hash, hash from other",
        [chain],
    )
    assert verdict(storage, chain).fault == audit.Fault(4, "was changed")


def test_an_end_that_was_cut_off_does_not_match_the_head(storage, chain, superuser):
    superuser.execute("delete from audit.events where chain = %s and number > 8", [chain])
    assert verdict(storage, chain).fault == audit.Fault(9, "is missing: the chain goes up to 10")


def test_a_row_added_behind_the_head_is_found(storage, chain, superuser):
    superuser.execute("update audit.chains set number = 9 where chain = %s", [chain])
    assert verdict(storage, chain).fault == audit.Fault(10, "is beyond the chain's head")


def test_a_changed_head_is_found(storage, chain, superuser):
    superuser.execute("update audit.chains set hash = sha256('') where chain = %s", [chain])
    assert verdict(storage, chain).fault == audit.Fault(10, "is not the one that the chain's head names")


def test_a_chain_without_its_head_is_found(storage, chain, superuser):
    superuser.execute("delete from audit.chains where chain = %s", [chain])
    assert verdict(storage, chain).fault == audit.Fault(1, "has no chain: its head is missing")


def test_an_end_cut_off_together_with_the_head_is_found_by_a_head_kept_elsewhere(storage, chain, superuser):
    kept = head(storage, chain)
    superuser.execute("delete from audit.events where chain = %s and number > 8", [chain])
    write_anew(superuser, chain, since=8)
    assert verdict(storage, chain).fault is None
    assert verdict(storage, chain, kept).fault == audit.Fault(9, "is missing: 10 was there when its hash was kept")


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(storage, chain, superuser):
    kept = head(storage, chain)
    superuser.execute("update audit.events set actor_name = 'somebody else' where chain = %s and number = 4", [chain])
    write_anew(superuser, chain)
    assert verdict(storage, chain).fault is None  # nothing in the database tells
    found = verdict(storage, chain, kept).fault
    assert found.number == 10 and "written anew" in found.reason


def test_a_chain_removed_altogether_is_found_by_a_head_kept_elsewhere(storage, chain, superuser):
    kept = head(storage, chain)
    superuser.execute("delete from audit.events where chain = %s", [chain])
    superuser.execute("delete from audit.chains where chain = %s", [chain])
    found = verdict(storage, chain, kept).fault
    assert found.number == 1 and "there is no such chain" in found.reason


def test_a_kept_head_goes_on_to_fit_while_the_chain_grows(storage, chain):
    kept = head(storage, chain)
    with storage.tenant(chain) as session:
        record(session, "thing.changed", "thing", 11)
    found = verdict(storage, chain, kept)
    assert found.fault is None and found.through == 11


def test_what_retention_removed_is_not_missing_and_what_it_left_verifies(storage, chain, superuser):
    kept = head(storage, chain)
    superuser.execute("update audit.events set at = at - interval '400 days' where chain = %s and number <= 6", [chain])
    write_anew(superuser, chain)
    anew = head(storage, chain)
    with storage.hub() as session:
        assert storage_audit.prune(session, chain, datetime.now(UTC) - timedelta(days=366)) == 6
    found = verdict(storage, chain, anew, Head(chain, 3, b"old"))
    assert found.fault is None and (found.base, found.through) == (6, 11)
    assert found.unchecked == (Head(chain, 3, b"old"),)
    assert verdict(storage, chain, kept).fault is not None
    superuser.execute("update audit.events set actor_id = 'u2' where chain = %s and number = 8", [chain])
    assert verdict(storage, chain).fault == audit.Fault(8, "was changed")


def test_a_base_that_was_moved_hides_nothing_from_a_head_kept_elsewhere(storage, chain, superuser):
    fourth = superuser.execute("select hash from audit.events where chain = %s and number = 4", [chain]).fetchone()
    kept = Head(chain, 4, fourth[0])
    superuser.execute("delete from audit.events where chain = %s and number <= 4", [chain])
    superuser.execute("update audit.chains set base_number = 4, base_hash = 'x' where chain = %s", [chain])
    assert verdict(storage, chain).fault.number == 5
    assert "written anew" in verdict(storage, chain, kept).fault.reason


def test_a_part_is_verified_without_what_is_before_it(storage, chain, superuser):
    superuser.execute("update audit.events set actor_id = 'u2' where chain = %s and number = 2", [chain])
    assert verdict(storage, chain).fault.number == 2
    assert verdict(storage, chain, after=5, limit=3).through == 8
    assert verdict(storage, chain, after=5, limit=5).is_complete
    assert verdict(storage, chain, after=10, limit=5).is_complete
    superuser.execute("delete from audit.events where chain = %s and number = 5", [chain])
    assert verdict(storage, chain, after=5, limit=3).fault == audit.Fault(5, "is missing")


def test_a_tenant_made_again_verifies_from_its_own_beginning(storage, chain):
    tenants.drop(storage, chain)
    tenants.create(storage, "Chained again", key=chain)
    with storage.tenant(chain) as session:
        found = audit.verify(session, chain)
        assert found.fault is None and (found.base, found.through) == (11, 12)
    assert verdict(storage, chain).base == 0
