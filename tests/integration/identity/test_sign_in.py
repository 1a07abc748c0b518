"""Local sign-in: who gets in, who does not, and that neither words nor locks tell who exists."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from hub.errors import InvalidError, RateLimitedError, UnauthorizedError
from hub.identity import links, passwords, sessions, sign_in, users
from hub.identity.sign_in import LocalSignInOffError, Visitor

PASSWORD, OTHER = "four words are plenty", "and five more are better"
MINUTE = timedelta(minutes=1)
VISITOR = Visitor(address="192.0.2.7", user_agent="a browser")


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def stored():
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def person(storage, tenant, stored):
    """A member with a password; nobody has failed to sign in yet."""
    with storage.hub() as session:
        session.execute(text("delete from sign_in_failures"))
        user = users.ensure(session, f"p{datetime.now(UTC).timestamp()}@example.com")
        users.join(session, user.id, tenant, "member")
        values = {"hash": stored, "id": user.id}
        session.execute(text("update users set password_hash = :hash where id = :id"), values)
    return user


@pytest.fixture
def enter(storage, settings, now):
    """Signs in by password; answers the cookie's value."""

    def enter(email, password=PASSWORD, at=now, settings=settings):
        return sign_in.by_password(storage, settings, email, password, at, VISITOR)

    return enter


@pytest.fixture
def new_link(storage, person, now):
    def new_link():
        with storage.hub() as session:
            return links.create(session, person.id, now)

    return new_link


@pytest.fixture
def by_link(storage, settings, now):
    return lambda token, password=None, at=now: sign_in.by_link(storage, settings, token, password, at, VISITOR)


@pytest.fixture
def who(storage, settings):
    identify = sessions.identifier(storage, settings)
    return lambda cookie: identify(cookie, None)


def hash_kept(storage, person):
    with storage.hub() as session:
        return session.scalar(text("select password_hash from users where id = :id"), {"id": person.id})


def fail(enter, email, times, at, password="not the password"):
    """Fails so often, each time as soon as the lock allows; answers the instant of the last time."""
    for number in range(1, times + 1):
        with pytest.raises(UnauthorizedError):
            enter(email, password, at)
        at += sign_in.lock_after(number) or timedelta(0)
    return at - (sign_in.lock_after(times) or timedelta(0))


def test_the_right_password_lets_its_person_in(storage, enter, who, person, tenant, now):
    identity = who(enter(person.email.upper()))
    assert (identity.id, identity.tenant_key) == (str(person.id), tenant)
    with storage.hub() as session:
        record = sessions.get(session, UUID(identity.session_id))
        assert users.get(session, person.id).signed_in_at == now
    assert (record.method, record.address, record.user_agent) == ("password", "192.0.2.7", "a browser")


def test_every_sign_in_is_a_session_of_its_own(enter, person):
    assert enter(person.email) != enter(person.email)


def test_all_refusals_read_the_same(storage, enter, person, now):
    said = set()
    with storage.hub() as session:
        disabled = users.ensure(session, "disabled@example.com")
        users.disable(session, disabled.id, now)
        values = {"hash": hash_kept(storage, person), "id": disabled.id}
        session.execute(text("update users set password_hash = :hash where id = :id"), values)
        users.ensure(session, "without@example.com")
    for email, password in (
        (person.email, OTHER),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        (disabled.email, PASSWORD),
        ("without@example.com", PASSWORD),
        ("nul\x00@example.com", PASSWORD),
    ):
        with pytest.raises(UnauthorizedError) as caught:
            enter(email, password)
        said.add((caught.value.detail, str(caught.value.fields)))
    assert len(said) == 1


@pytest.mark.parametrize("exists", [True, False])
def test_the_fifth_failure_locks_whether_the_address_exists_or_not(enter, person, now, exists):
    email = person.email if exists else "nobody@example.com"
    fail(enter, email, 4, now)
    fail(enter, email, 1, now)
    # The right password is refused as well, or trying on would tell which one it is.
    for password in (PASSWORD, OTHER):
        with pytest.raises(RateLimitedError) as caught:
            enter(email, password, now + MINUTE / 2)
        assert caught.value.retry_after == 31


def test_the_lock_doubles_with_each_further_failure(enter, person, now):
    last = fail(enter, person.email, 7, now)
    assert last == now + 3 * MINUTE
    with pytest.raises(RateLimitedError):
        enter(person.email, at=last + 4 * MINUTE - timedelta(seconds=1))
    assert enter(person.email, at=last + 4 * MINUTE)


def test_an_attempt_while_locked_makes_it_no_longer(enter, person, now):
    fail(enter, person.email, 5, now)
    for _ in range(10):
        with pytest.raises(RateLimitedError):
            enter(person.email)
    assert enter(person.email, at=now + MINUTE)


def test_success_forgives(enter, person, now):
    for _ in range(3):
        fail(enter, person.email, 4, now)
        assert enter(person.email)


def test_a_day_without_another_failure_forgives(storage, enter, person, now):
    fail(enter, person.email, 4, now)
    later = now + timedelta(days=1, seconds=1)
    fail(enter, person.email, 1, later)
    assert enter(person.email, at=later)


def test_many_at_once_are_no_more_than_many_in_a_row(enter, person):
    def attempt(_):
        try:
            enter(person.email, OTHER)
        except (UnauthorizedError, RateLimitedError) as error:
            return type(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert answers.count(UnauthorizedError) == 5


def test_who_finds_the_line_full_has_not_failed(storage, enter, person):
    with ExitStack() as line:
        for _ in range(4):
            line.enter_context(passwords.in_line())
        with pytest.raises(RateLimitedError, match="Too many people"):
            enter(person.email, OTHER)
    with storage.hub() as session:
        assert session.scalar(text("select count(*) from sign_in_failures")) == 0
    assert enter(person.email)


def test_the_lock_keeps_no_address_in_clear(storage, enter, now, person):
    fail(enter, "someone.private@example.com", 1, now)
    with storage.hub() as session:
        rows = session.scalars(text("select sign_in_failures::text from sign_in_failures")).all()
    assert rows and not any("private" in row for row in rows)


def test_a_hash_of_former_parameters_is_made_anew(storage, enter, person):
    former = PasswordHasher(memory_cost=8192, time_cost=1).hash(PASSWORD)
    with storage.hub() as session:
        values = {"hash": former, "id": person.id}
        session.execute(text("update users set password_hash = :hash where id = :id"), values)
    enter(person.email)
    renewed = hash_kept(storage, person)
    assert renewed != former and not passwords.is_outdated(renewed)
    assert enter(person.email)


def test_where_it_is_off_nobody_gets_in_by_it(storage, settings, enter, person, new_link, who, now):
    session_id = UUID(who(enter(person.email)).session_id)
    off = replace(settings, local_sign_in="off")
    with pytest.raises(LocalSignInOffError):
        enter(person.email, settings=off)
    with pytest.raises(LocalSignInOffError):
        sign_in.by_link(storage, off, new_link(), None, now, VISITOR)
    with pytest.raises(LocalSignInOffError):
        sign_in.change_password(storage, off, session_id, PASSWORD, OTHER, now)


def test_a_link_lets_in_and_ends_a_lock(enter, by_link, who, person, new_link, now):
    fail(enter, person.email, 5, now)
    assert who(by_link(new_link())).id == str(person.id)
    assert enter(person.email)


def test_a_link_may_set_a_password_which_ends_other_sessions(enter, by_link, who, person, new_link):
    before = enter(person.email)
    cookie = by_link(new_link(), OTHER)
    assert who(cookie) and who(before) is None
    assert enter(person.email, OTHER)
    with pytest.raises(UnauthorizedError):
        enter(person.email, PASSWORD)


def test_a_password_that_is_not_taken_leaves_the_link_good(by_link, person, new_link):
    token = new_link()
    with pytest.raises(InvalidError) as caught:
        by_link(token, "short")
    assert list(caught.value.fields) == ["password"]
    assert by_link(token, OTHER)
    with pytest.raises(UnauthorizedError):
        by_link(token, OTHER)


@pytest.fixture
def change(storage, settings, who, now):
    def change(cookie, current, password, at=now):
        return sign_in.change_password(storage, settings, UUID(who(cookie).session_id), current, password, at)

    return change


def test_changing_the_password_ends_the_others(enter, change, who, person):
    cookie, *others = enter(person.email), enter(person.email), enter(person.email)
    assert change(cookie, PASSWORD, OTHER) == 2
    assert who(cookie) and not any(who(each) for each in others)
    assert enter(person.email, OTHER)


def test_changing_it_needs_the_one_they_have(storage, enter, change, person):
    cookie, before = enter(person.email), hash_kept(storage, person)
    for current in (None, "", OTHER):
        with pytest.raises(InvalidError) as caught:
            change(cookie, current, OTHER)
        assert list(caught.value.fields) == ["current_password"]
    assert hash_kept(storage, person) == before


def test_guessing_the_one_they_have_is_locked_like_signing_in(enter, change, person, now):
    cookie = enter(person.email)
    for _ in range(5):
        with pytest.raises(InvalidError):
            change(cookie, "a guess of mine", OTHER)
    with pytest.raises(RateLimitedError):
        change(cookie, PASSWORD, OTHER)


def test_shortly_after_a_link_the_old_one_is_not_asked_for(by_link, change, person, new_link, now):
    cookie = by_link(new_link())
    assert change(cookie, None, OTHER) == 0
    with pytest.raises(InvalidError) as caught:
        change(cookie, None, PASSWORD, now + sign_in.LINK_COUNTS_AS_PASSWORD + timedelta(seconds=1))
    assert list(caught.value.fields) == ["current_password"]


def test_a_session_of_the_provider_cannot_give_itself_a_password(storage, settings, change, now):
    with storage.hub() as session:
        user = users.ensure(session, "provider.only@example.com")
        cookie = sessions.create(session, user.id, "oidc", now, settings=settings)
    with pytest.raises(InvalidError, match="cannot set a password in this session"):
        change(cookie, None, OTHER)
