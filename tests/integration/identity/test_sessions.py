"""Sessions: what the cookie lets its person do, where, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.errors import NotFoundError, UnauthorizedError
from hub.http.access import Role
from hub.identity import sessions, users
from hub.tenants import service as tenants

DAY = timedelta(days=1)


@pytest.fixture
def now():
    """This instant: the identifier asks the clock itself."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def other(storage):
    return tenants.create(storage, "Another company").key


@pytest.fixture
def person(storage, tenant):
    """A member of the module's tenant, new to each test."""
    with storage.hub() as session:
        user = users.ensure(session, f"p{datetime.now(UTC).timestamp()}@example.com")
        users.join(session, user.id, tenant, "member")
    return user


@pytest.fixture
def sign_in(storage, settings, person, now):
    def sign_in(at=None, method="password", **options):
        with storage.hub() as session:
            return sessions.create(session, person.id, method, at or now, settings=settings, **options)

    return sign_in


@pytest.fixture
def identify(storage, settings):
    ask = sessions.identifier(storage, settings)
    return lambda cookie, tenant=None: ask(cookie, tenant)


def run(storage, query, **values):
    with storage.hub() as session:
        return session.execute(text(query), values)


def test_a_member_works_in_their_tenant(identify, sign_in, person, tenant):
    identity = identify(sign_in())
    assert (identity.kind, identity.id, identity.name) == ("person", str(person.id), person.email)
    assert (identity.tenant_key, identity.roles, identity.scopes) == (tenant, {Role.MEMBER}, frozenset())


def test_only_a_hash_is_stored(storage, sign_in):
    cookie = sign_in()
    with storage.hub() as session:
        stored = session.scalars(text("select sessions::text from sessions")).all()
    assert stored and not any(cookie in row for row in stored)


def test_nobodys_cookies(identify, sign_in):
    cookie = sign_in()
    for wrong in ("", cookie[:-1], cookie + "A", cookie.swapcase(), "' or true --"):
        assert identify(wrong) is None


def test_a_session_ends_after_so_many_days_whatever_happens(storage, settings, identify, sign_in, now):
    cookie = sign_in(now - timedelta(days=settings.session_days) - timedelta(seconds=1))
    run(storage, "update sessions set last_seen_at = :now", now=now)
    assert identify(cookie) is None


def test_a_session_ends_after_so_long_without_a_request(settings, identify, sign_in, now):
    idle = timedelta(minutes=settings.session_idle_minutes)
    assert identify(sign_in(now - idle + timedelta(minutes=1)))
    assert identify(sign_in(now - idle - timedelta(seconds=1))) is None


def test_a_request_is_noted_to_the_minute(storage, identify, sign_in, now):
    for ago, noted in ((30, False), (90, True)):
        seen = now - timedelta(seconds=ago)
        identity = identify(sign_in(seen))
        found = run(storage, "select last_seen_at from sessions where id = :id", id=identity.session_id).scalar_one()
        assert (found > seen) is noted


def test_an_ended_session_is_over_and_ending_it_again_is_harmless(storage, identify, sign_in, now):
    cookie = sign_in()
    session_id = UUID(identify(cookie).session_id)
    for at in (now, now + DAY):
        with storage.hub() as session:
            sessions.end(session, session_id, at)
    assert identify(cookie) is None
    assert run(storage, "select ended_at from sessions where id = :id", id=session_id).scalar_one() == now


def test_a_disabled_person_is_out_and_has_to_sign_in_anew_once_enabled(storage, identify, sign_in, person, now):
    cookie = sign_in()
    with storage.hub() as session:
        users.disable(session, person.id, now)
    assert identify(cookie) is None
    with pytest.raises(UnauthorizedError, match="disabled"):
        sign_in()
    with storage.hub() as session:
        users.enable(session, person.id)
    assert identify(cookie) is None
    assert identify(sign_in())


def test_who_is_a_member_no_longer_keeps_nothing_but_their_own_account(storage, identify, sign_in, person):
    cookie = sign_in()
    run(storage, "delete from memberships where user_id = :id", id=person.id)
    identity = identify(cookie)
    assert (identity.tenant_key, identity.roles) == (None, frozenset())


def test_a_new_role_counts_in_sessions_that_are_under_way(storage, identify, sign_in, person, tenant):
    cookie = sign_in()
    with storage.hub() as session:
        users.join(session, person.id, tenant, "viewer")
    assert identify(cookie).roles == {Role.VIEWER}


def test_an_operator_is_one_beside_their_role(storage, identify, sign_in, person):
    with storage.hub() as session:
        users.set_operator(session, person.id, True)
    assert identify(sign_in()).roles == {Role.MEMBER, Role.OPERATOR}
    run(storage, "delete from memberships where user_id = :id", id=person.id)
    identity = identify(sign_in())
    assert (identity.tenant_key, identity.roles) == (None, {Role.OPERATOR})


def test_one_request_may_name_another_of_the_persons_tenants(storage, identify, sign_in, person, tenant, other):
    with storage.hub() as session:
        users.join(session, person.id, other, "admin")
    cookie = sign_in(tenant_key=tenant)
    assert (identify(cookie, other).tenant_key, identify(cookie, other).roles) == (other, {Role.ADMIN})
    assert identify(cookie).tenant_key == tenant


def test_a_tenant_one_is_no_member_of_looks_like_one_that_does_not_exist(storage, identify, sign_in, person, other):
    cookie = sign_in()
    for is_operator in (False, True):
        with storage.hub() as session:
            users.set_operator(session, person.id, is_operator)
        said = []
        for name in (other, "nobodys", "Not a key", "'; drop table users; --"):
            with pytest.raises(NotFoundError) as caught:
                identify(cookie, name)
            said.append(caught.value.detail)
        assert len(set(said)) == 1


def test_a_claimed_role_counts_where_it_was_claimed_and_the_hub_has_no_role(storage, identify, sign_in, tenant, other):
    cookie = sign_in(method="oidc", tenant_key=other, claimed_role="admin")
    assert (identify(cookie).tenant_key, identify(cookie).roles) == (other, {Role.ADMIN})
    assert identify(cookie, tenant).roles == {Role.MEMBER}
    with storage.hub() as session:
        users.join(session, UUID(identify(cookie).id), other, "viewer")
    assert identify(cookie).roles == {Role.VIEWER}


def test_a_session_begins_where_the_person_worked_last(storage, identify, sign_in, person, tenant, other, now):
    with storage.hub() as session:
        users.join(session, person.id, other, "viewer")
    for place in (tenant, other):
        sign_in(now, tenant_key=place)
        run(storage, "update sessions set last_seen_at = last_seen_at - interval '1 hour'")
        assert identify(sign_in()).tenant_key == place
        run(storage, "delete from sessions")


def test_switching_gives_a_new_cookie_and_ends_the_old_one(storage, identify, sign_in, person, tenant, other):
    with storage.hub() as session:
        users.join(session, person.id, other, "viewer")
    cookie = sign_in(tenant_key=tenant)
    before = identify(cookie)
    with storage.hub() as session:
        switched = sessions.switch(session, UUID(before.session_id), other)
    assert identify(cookie) is None
    assert (identify(switched).session_id, identify(switched).tenant_key) == (before.session_id, other)


def test_nobody_switches_to_a_tenant_that_is_not_theirs(storage, identify, sign_in, other):
    cookie = sign_in()
    for name in (other, "nobodys"):
        with storage.hub() as session, pytest.raises(NotFoundError, match="member of no tenant of that name"):
            sessions.switch(session, UUID(identify(cookie).session_id), name)
    assert identify(cookie)


def test_a_claimed_tenant_is_there_to_switch_back_to(storage, identify, sign_in, tenant, other):
    cookie = sign_in(method="oidc", tenant_key=other, claimed_role="viewer")
    for place in (tenant, other):
        with storage.hub() as session:
            cookie = sessions.switch(session, UUID(identify(cookie).session_id), place)
        assert identify(cookie).tenant_key == place


def test_the_others_end_and_the_one_kept_goes_on(storage, identify, sign_in, person, now):
    kept, *others = sign_in(), sign_in(), sign_in()
    with storage.hub() as session:
        assert sessions.end_others(session, person.id, UUID(identify(kept).session_id), now) == 2
    assert identify(kept) and not any(identify(each) for each in others)


def test_the_list_has_what_still_lets_the_person_in(storage, settings, sign_in, person, identify, now):
    sign_in(now - timedelta(hours=1), address="192.0.2.7", user_agent="x" * 1000)
    sign_in(now - timedelta(days=settings.session_days + 1))
    ended = identify(sign_in())
    with storage.hub() as session:
        sessions.end(session, UUID(ended.session_id), now)
        (only,) = sessions.list_live(session, person.id, now, settings)
    assert (only.address, len(only.user_agent)) == ("192.0.2.7", sessions.MAX_USER_AGENT)


def test_what_is_long_over_is_forgotten(storage, sign_in, person, now):
    sign_in(now - timedelta(days=60))
    sign_in(now)
    query = "select count(*) from sessions where user_id = :id"
    assert run(storage, query, id=person.id).scalar_one() == 1


def test_a_secure_cookie_only_where_browsers_come_by_tls(app, settings):
    for address, is_secure in (("", False), ("https://ar.example.com", True)):
        with app.test_request_context():
            response = app.make_response("")
            sessions.set_cookie(response, "value", replace(settings, public_url=address))
            cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
        assert ("Secure" in cookie) is is_secure


@pytest.fixture(scope="module")
def app(settings, storage):
    from hub.app import create_app

    return create_app(settings, storage)
