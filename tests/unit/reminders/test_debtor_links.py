"""Links to the debtor's page: sealed, bound to their tenant, and good until they expire."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.reminders.debtor_links import (
    Link,
    LinkError,
    LinkExpiredError,
    link,
    page_url,
    read,
    tenant_of,
    unsubscribe_url,
)

KEY = bytes(range(32))
UNTIL = datetime(2026, 5, 1, 12, tzinfo=UTC)
MEANT = Link(
    tenant="acme",
    customer_id=UUID(int=7),
    reminder_id=UUID(int=9),
    address="jo.müller@debtor.example",
    expires_at=UNTIL,
    language="de",
)


def token(meant: Link = MEANT, key: bytes = KEY, language: str | None = None) -> str:
    return link(
        key,
        meant.tenant,
        meant.customer_id,
        meant.reminder_id,
        meant.address,
        meant.expires_at,
        language or meant.language,
    )


def test_a_link_says_what_it_was_made_for():
    made = token()
    assert tenant_of(made) == "acme"
    assert read(KEY, made) == MEANT
    without = replace(MEANT, reminder_id=None)
    assert read(KEY, token(without)) == without


def test_a_link_shows_neither_customer_nor_address():
    plain = base64.urlsafe_b64decode(token() + "==")
    assert b"debtor.example" not in plain and MEANT.customer_id.bytes not in plain
    assert token() != token()


@pytest.mark.parametrize(("asked", "spoken"), [("de-AT", "de"), ("FR", "fr"), ("es", "es"), ("nl", "en"), ("", "en")])
def test_the_page_s_language_is_the_nearest_it_has(asked, spoken):
    made = link(KEY, "acme", MEANT.customer_id, None, "a@b.example", UNTIL, asked)
    assert read(KEY, made).language == spoken


@given(place=some.integers(min_value=0), bit=some.integers(min_value=0, max_value=7))
def test_no_bit_of_a_link_can_be_changed(place, bit):
    plain = bytearray(base64.urlsafe_b64decode(token() + "=="))
    plain[place % len(plain)] ^= 1 << bit
    with pytest.raises(LinkError):
        read(KEY, base64.urlsafe_b64encode(plain).rstrip(b"=").decode())


def test_no_other_key_opens_it():
    with pytest.raises(LinkError):
        read(bytes(32), token())


@pytest.mark.parametrize(
    "broken", ["", "x", "AQ", "AQRhY21l", "@@@@", "A" * 5000, token()[:-1], token() + "A", "ü" * 40]
)
def test_what_is_no_link(broken):
    with pytest.raises(LinkError, match="leads nowhere"):
        read(KEY, broken)


@given(some.text(max_size=300))
def test_no_text_is_taken_for_a_link(text):
    with pytest.raises(LinkError):
        tenant_of(text)
        read(KEY, text)


def test_it_expires_at_its_instant():
    found = read(KEY, token())
    found.check(UNTIL - timedelta(seconds=1))
    with pytest.raises(LinkExpiredError):
        found.check(UNTIL)


def test_the_addresses_keep_the_token_out_of_the_page_s_requests():
    assert page_url("https://ar.example.com", "abc") == "https://ar.example.com/statement/#abc"
    assert unsubscribe_url("https://ar.example.com", "abc") == "https://ar.example.com/api/debtor/abc/unsubscribe"
