"""Sign-in links let one person in, once, within minutes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.errors import UnauthorizedError
from hub.identity import links, users

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def person(storage):
    with storage.hub() as session:
        return users.ensure(session, "linked@example.com")


@pytest.fixture
def link(storage, person):
    with storage.hub() as session:
        return links.create(session, person.id, NOW)


def redeem(storage, token, now=NOW):
    with storage.hub() as session:
        return links.redeem(session, token, now)


def test_a_link_lets_its_person_in_once(storage, person, link):
    assert redeem(storage, link) == person.id
    with pytest.raises(UnauthorizedError, match="unknown, used or expired"):
        redeem(storage, link)


def test_two_at_once_are_let_in_once(storage, person, link):
    def attempt(_):
        try:
            return redeem(storage, link)
        except UnauthorizedError:
            return None

    with ThreadPoolExecutor(4) as pool:
        assert [each for each in pool.map(attempt, range(4)) if each] == [person.id]


def test_a_link_ends_after_its_lifetime(storage, person, link):
    last = NOW + links.LIFETIME
    with pytest.raises(UnauthorizedError):
        redeem(storage, link, last)
    assert redeem(storage, link, last - timedelta(seconds=1)) == person.id


def test_a_new_link_ends_the_one_before(storage, person, link):
    with storage.hub() as session:
        newer = links.create(session, person.id, NOW)
    with pytest.raises(UnauthorizedError):
        redeem(storage, link)
    assert redeem(storage, newer) == person.id


@pytest.mark.parametrize("token", ["", "nonsense", "' or true --"])
def test_links_nobody_made(storage, link, token):
    with pytest.raises(UnauthorizedError):
        redeem(storage, token)


def test_a_disabled_persons_link_lets_nobody_in(storage, person, link):
    with storage.hub() as session:
        users.disable(session, person.id, NOW)
    with pytest.raises(UnauthorizedError):
        redeem(storage, link)
    with storage.hub() as session:
        users.enable(session, person.id)


def test_only_a_hash_is_stored(storage, link):
    with storage.hub() as session:
        stored = session.scalars(text("select sign_in_links::text from sign_in_links")).all()
    assert stored and not any(link in row for row in stored)


def test_the_address_keeps_the_token_from_servers_and_logs(settings):
    assert links.address(replace(settings, public_url="https://ar.example.com/"), "T") == (
        "https://ar.example.com/sign-in/#link=T"
    )
