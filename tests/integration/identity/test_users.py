"""People: found by address, made once, with a role in each of their tenants."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hub.errors import InvalidError, NotFoundError
from hub.identity import sessions, users
from hub.identity.users import Membership

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def session(storage):
    """A session whose work is rolled back."""
    with storage.hub() as session:
        yield session
        session.rollback()


def test_a_person_is_made_once_and_found_in_any_case(session):
    made = users.ensure(session, " Ada@Example.COM ", "Ada")
    assert (made.email, made.name, made.is_operator, made.has_password) == ("ada@example.com", "Ada", False, False)
    assert users.ensure(session, "ada@example.com", "Somebody else") == made
    assert users.find(session, "ADA@example.com") == made == users.get(session, made.id)


def test_two_at_once_make_one_person(storage):
    def make(_):
        with storage.hub() as session:
            return users.ensure(session, "twice@example.com").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(8)))) == 1


@pytest.mark.parametrize("email", ["admin@localhost", "o'neil+ar@mail.example.co.uk", "x@1.example"])
def test_addresses_that_are_taken(session, email):
    assert users.ensure(session, email).email == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a da@example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@example.com\n.x",
        "ada\x00@example.com",
        "ada@exämple.com",
        "a" * 250 + "@example.com",
        "ada@example.com@example.com",
    ],
)
def test_addresses_that_are_not(session, email):
    with pytest.raises(InvalidError) as caught:
        users.ensure(session, email)
    assert list(caught.value.fields) == ["email"]
    assert users.find(session, email) is None


@pytest.mark.parametrize("name", ["x" * 201, "bell\x07", "two\nlines"])
def test_names_that_are_not(session, name):
    with pytest.raises(InvalidError) as caught:
        users.ensure(session, "ada@example.com", name)
    assert list(caught.value.fields) == ["name"]


def test_nobody(session):
    nobody = users.ensure(session, "gone@example.com").id
    users.remove(session, nobody)
    assert users.find(session, "gone@example.com") is None
    for ask in (users.get, users.remove, users.enable):
        with pytest.raises(NotFoundError):
            ask(session, nobody)
    with pytest.raises(NotFoundError, match="nobody with the address"):
        users.named(session, "Gone@example.com")


def test_a_member_has_one_role_which_can_change(session, tenant):
    ada = users.ensure(session, "ada@example.com")
    assert users.membership(session, ada.id, tenant) is None
    for role in ("viewer", "admin", "admin"):
        users.join(session, ada.id, tenant, role)
        assert users.membership(session, ada.id, tenant) == role
    (only,) = users.memberships(session, ada.id)
    assert only == Membership(tenant, only.tenant_name, "admin")


def test_roles_and_tenants_that_do_not_exist(session, tenant):
    ada = users.ensure(session, "ada@example.com")
    for role in ("operator", "owner", ""):
        with pytest.raises(InvalidError) as caught:
            users.join(session, ada.id, tenant, role)
        assert list(caught.value.fields) == ["role"]
    with pytest.raises(NotFoundError, match="there is no tenant nobody"):
        users.join(session, ada.id, "nobody", "admin")


def test_a_removed_person_takes_everything_of_theirs_along(session, settings, tenant):
    ada = users.ensure(session, "ada@example.com")
    users.join(session, ada.id, tenant, "admin")
    sessions.create(session, ada.id, "link", NOW, settings=settings)
    users.remove(session, ada.id)
    again = users.ensure(session, "ada@example.com")
    assert users.memberships(session, again.id) == []
    assert sessions.list_live(session, ada.id, NOW, settings) == []
