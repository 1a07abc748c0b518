"""API keys: who they let in, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.errors import InvalidError, NotFoundError
from hub.identity import keys

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def make(storage, tenant):
    def make(name="test", **options):
        with storage.hub() as session:
            return keys.create(session, tenant, name, **options)

    return make


def last_used(storage, presented):
    with storage.hub() as session:
        query = text("select last_used_at from api_keys where prefix = :prefix")
        return session.scalar(query, {"prefix": presented[:16]})


def test_a_key_lets_its_tenant_in(storage, tenant, make):
    presented = make("dashboard", scopes=("read",))
    caller = keys.authenticate(storage, presented, NOW)
    assert (caller.tenant_key, caller.name, caller.scopes) == (tenant, "dashboard", ("read",))


def test_only_a_hash_is_stored(storage, make):
    presented = make()
    secret = presented.rsplit("_", 1)[1]
    assert len(secret) == 64
    with storage.hub() as session:
        stored = session.scalars(text("select api_keys::text from api_keys")).all()
    assert any(presented[:16] in row for row in stored)
    assert not any(secret in row for row in stored)


def test_nobodys_keys(storage, make):
    presented = make()
    wrong_secret = presented[:-1] + ("0" if presented[-1] != "0" else "1")
    wrong_prefix = "pp_live_00000000" + presented[16:]
    for key in (wrong_secret, wrong_prefix, presented.upper(), presented + "\n", "", "pp_live_", "' or true --"):
        assert keys.authenticate(storage, key, NOW) is None


def test_an_expired_key(storage, make):
    presented = make(expires_at=NOW)
    assert keys.authenticate(storage, presented, NOW - timedelta(seconds=1))
    assert keys.authenticate(storage, presented, NOW) is None


def test_revoke(storage, tenant, make):
    presented, other = make("leaked"), make("other")
    with storage.hub() as session:
        assert keys.revoke(session, tenant, presented[:16], NOW).name == "leaked"
    assert keys.authenticate(storage, presented, NOW) is None
    assert keys.authenticate(storage, other, NOW)
    with storage.hub() as session:
        keys.revoke(session, tenant, presented[:16], NOW + timedelta(days=1))
        (revoked,) = [key for key in keys.list_keys(session, tenant) if key.name == "leaked"]
    assert revoked.revoked_at == NOW  # the first time counts


def test_another_tenants_key_is_not_there_to_revoke(storage, make):
    presented = make()
    with storage.hub() as session, pytest.raises(NotFoundError, match="has no key"):
        keys.revoke(session, "somebody_else", presented[:16], NOW)
    assert keys.authenticate(storage, presented, NOW)


def test_use_is_noted_to_the_minute(storage, make):
    presented = make()
    assert last_used(storage, presented) is None
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        keys.authenticate(storage, presented, NOW + timedelta(seconds=seconds))
        assert last_used(storage, presented) == NOW + timedelta(seconds=noted)


def test_a_failed_attempt_is_no_use(storage, make):
    presented = make()
    keys.authenticate(storage, presented[:-4] + "ffff", NOW)
    assert last_used(storage, presented) is None


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("name", {"name": " "}),
        ("scopes", {"scopes": []}),
        ("expires_at", {"expires_at": datetime(2027, 1, 1)}),
    ],
)
def test_bad_input_names_the_field(make, field, options):
    with pytest.raises(InvalidError) as caught:
        make(**options)
    assert list(caught.value.fields) == [field]


def test_no_key_without_a_tenant(storage):
    with storage.hub() as session, pytest.raises(NotFoundError, match="there is no tenant nobody"):
        keys.create(session, "nobody", "name")
