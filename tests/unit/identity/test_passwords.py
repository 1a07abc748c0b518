"""Passwords: what is taken, how it is kept, and how many are hashed at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from hub.errors import InvalidError, RateLimitedError
from hub.identity import passwords

GOOD = "four words are plenty"


@pytest.mark.parametrize("password", [GOOD, "x" * 7 + "yz123", "ümläute-🙂-zählen", "p" * 150 + "qrst" * 12 + "uv"])
def test_taken(password):
    passwords.check(password, "ada@example.com")


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("", "at least 12"),
        ("elevenchars", "at least 12"),
        ("long" * 51, "at most 200"),
        ("Ada.Lovelace@Example.com", "email address"),
        ("moc.elpmaxe@ecalevol.ada", "email address"),
        ("ada.lovelace", "email address"),
        ("abababababababab", "different characters"),
        ("            ", "different characters"),
        ("Password1234", "tried first"),
        ("correct horse battery staple", "tried first"),
    ],
)
def test_refused_with_the_reason(password, wrong):
    with pytest.raises(InvalidError) as caught:
        passwords.check(password, "ada.lovelace@example.com")
    assert wrong in caught.value.fields["password"]
    assert not password or password not in str(caught.value.fields)


def test_it_is_argon2id_with_64_mib_and_a_salt_of_its_own():
    first, second = passwords.hash_of(GOOD), passwords.hash_of(GOOD)
    parameters = extract_parameters(first)
    assert (parameters.type, parameters.memory_cost, parameters.time_cost) == (Type.ID, 65536, 3)
    assert first != second and GOOD not in first


def test_verify():
    stored = passwords.hash_of(GOOD)
    assert passwords.verify(stored, GOOD)
    for wrong in ("", GOOD.upper(), GOOD + " ", GOOD[:-1]):
        assert not passwords.verify(stored, wrong)
    assert not passwords.verify("no hash at all", GOOD)


def test_the_same_characters_however_they_were_typed():
    assert passwords.verify(passwords.hash_of("caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301 cafe\u0301")


def test_nobodys_password_costs_a_hash_too(monkeypatch):
    hashed = []
    real = passwords._hasher().hash

    class Counting:
        def hash(self, password):
            hashed.append(password)
            return real(password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    assert not passwords.verify(None, GOOD)
    assert hashed == [GOOD]


def test_other_parameters_are_outdated():
    assert not passwords.is_outdated(passwords.hash_of(GOOD))
    assert passwords.is_outdated(PasswordHasher(memory_cost=8192).hash(GOOD))


def test_the_line_is_short_and_whoever_leaves_makes_room():
    with ExitStack() as line:
        for _ in range(4):
            line.enter_context(passwords.in_line())
        with pytest.raises(RateLimitedError) as caught, passwords.in_line():
            raise AssertionError
    assert caught.value.retry_after == 5
    with passwords.in_line():
        pass


def test_two_at_a_time_and_who_waits_too_long_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(passwords, "_WAIT_S", 0.05)
    both_inside, may_end = threading.Barrier(3), threading.Event()

    class Slow:
        def hash(self, password):
            both_inside.wait(10)
            may_end.wait(10)
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow)
    with ThreadPoolExecutor(2) as pool:
        two = [pool.submit(passwords.hash_of, GOOD) for _ in range(2)]
        both_inside.wait(10)
        with pytest.raises(RateLimitedError) as caught:
            passwords.hash_of(GOOD)
        may_end.set()
        assert [each.result() for each in two] == ["hash", "hash"]
    assert caught.value.retry_after == 5
