"""Passwords: which ones are taken, and argon2id hashes of them: RFC 9106's second choice, 64 MiB and three passes."""

import json
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import InvalidError, RateLimitedError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH, MAX_LENGTH = 12, 200
_COMMON = Path(__file__).with_name("common_passwords.json")
_FEWEST_DIFFERENT = 5
# Each takes 64 MiB and all cores: many at once would take the machine.
_AT_ONCE = 2
_IN_LINE = 4
_WAIT_S = 5.0
_room = threading.BoundedSemaphore(_AT_ONCE)
_line = threading.BoundedSemaphore(_IN_LINE)


@contextmanager
def in_line() -> Iterator[None]:
    """Around whatever hashes for somebody who asks: so few at a time that the process has threads left for others.

    Raises RateLimitedError, at once, when the line is full.
    """
    if not _line.acquire(blocking=False):
        raise _crowded()
    try:
        yield
    finally:
        _line.release()


def check(password: str, email: str, field: str = "password") -> None:
    """Refuse what is too short, too long or too easily guessed for this person. Raises InvalidError."""
    if wrong := _what_is_wrong(_plain(password), email):
        raise InvalidError("This password cannot be used.", fields={field: wrong})


def hash_of(password: str) -> str:
    """The argon2id hash, with its parameters and a salt of its own. Raises RateLimitedError when too many wait."""
    with _one_of_few():
        return _hasher().hash(_plain(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored one it is not, and finding out takes as long.

    Raises RateLimitedError when too many wait.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    if stored is None:
        hash_of(password)
        return False
    with _one_of_few():
        try:
            return _hasher().verify(stored, _plain(password))
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than new ones are."""
    return _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # late: most processes never see a password

    return PasswordHasher()


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _room.acquire(timeout=_WAIT_S):
        raise _crowded()
    try:
        yield
    finally:
        _room.release()


def _crowded() -> RateLimitedError:
    return RateLimitedError("Too many people are signing in at this moment. Try again in a few seconds.", 5)


def _plain(password: str) -> str:
    # The same characters, however a keyboard or browser composes them.
    return unicodedata.normalize("NFKC", password)


def _what_is_wrong(password: str, email: str) -> str | None:
    lowered = password.lower()
    name, _, host = email.lower().partition("@")
    if len(password) < MIN_LENGTH:
        return f"use at least {MIN_LENGTH} characters; a few words are easy to remember"
    if len(password) > MAX_LENGTH:
        return f"use at most {MAX_LENGTH} characters"
    if lowered in (f"{name}@{host}", f"{name}@{host}"[::-1], name):
        return "must not be the email address"
    if len(set(lowered)) < _FEWEST_DIFFERENT:
        return f"use at least {_FEWEST_DIFFERENT} different characters"
    if lowered in _common():
        return "is among the passwords that are tried first; choose another"
    return None


@cache
def _common() -> frozenset[str]:
    return frozenset(json.loads(_COMMON.read_text(encoding="utf-8")))
