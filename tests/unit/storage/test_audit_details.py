"""What the audit keeps of values: no secrets, nothing of a person that would have to be erased, and not too much."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.storage.audit_details import DETAILS_BYTES, LINE_BYTES, VALUE_BYTES, details, fingerprint, line

CHAIN = "acme"


def kept(**values):
    return details(values, CHAIN)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "old_password",
        "client_secret",
        "token",
        "access_token",
        "token_hash",
        "key",
        "api_key",
        "data_key",
        "key_hash",
        "authorization",
        "Authorization",
        "cookie",
        "sealed",
        "credentials",
        "private_key",
        "csrf_token",
        "code_verifier",
        "sign_in_link",
        "wrapped",
    ],
)
def test_a_secret_is_struck_out_wherever_it_stands(name):
    found = details({name: "hunter2", "inner": [{name: "hunter2"}], "list": {name: ["hunter2"]}}, CHAIN)
    assert "hunter2" not in orjson.dumps(found).decode()
    assert found[name] == "***"


@pytest.mark.parametrize(
    "name",
    ["tenant_key", "key_id", "has_password", "token_expires_at", "scopes", "name", "prefix", "is_private", "key_count"],
)
def test_what_only_speaks_of_secrets_is_kept(name):
    assert details({name: "as it is"}, CHAIN) == {name: "as it is"}


@pytest.mark.parametrize(
    "secret",
    [
        "Bearer abcdefghijklmnop",
        "pp_live_0a1b2c3d_" + "e" * 64,
        "postgresql://paypredict:hunter2hunter2@127.0.0.1/db",
        "password=hunter2hunter2",
    ],
)
def test_a_secret_is_known_by_its_shape_too(secret):
    found = orjson.dumps(kept(message=f"it failed with {secret} again")).decode()
    assert secret not in found and "it failed with" in found
    assert secret not in line(f"it failed with {secret}")


def test_contact_details_are_fingerprints():
    contacts = [{"name": "Jo Debtor", "email": "jo@debtor.example", "phone": "+49 30 1234567", "is_primary": True}]
    found = kept(contacts=contacts, notes="Call Jo at home", email="Jo@Debtor.example ", tags=["slow"])
    text = orjson.dumps(found).decode().lower()
    assert not [each for each in ("jo debtor", "jo@debtor", "1234567", "home") if each in text]
    assert found["email"] == fingerprint("jo@debtor.example", CHAIN) == found["contacts"][0]["email"]
    assert found["email"].startswith("fp:") and len(found["email"]) == 15
    assert found["contacts"][0]["is_primary"] is True and found["tags"] == ["slow"]


def test_an_address_inside_a_sentence_is_a_fingerprint_too():
    assert kept(reason="asked by jo@debtor.example today") == {
        "reason": f"asked by {fingerprint('jo@debtor.example', CHAIN)} today"
    }


def test_the_same_detail_has_another_fingerprint_in_another_chain():
    assert fingerprint("jo@debtor.example", "acme") != fingerprint("jo@debtor.example", "best")


class Colour(Enum):
    RED = "red"


def test_values_become_json_without_losing_what_they_say():
    found = kept(
        amount=Decimal("1250.0000"),
        day=date(2026, 3, 31),
        at=datetime(2026, 3, 31, 9, 30, tzinfo=UTC),
        id=UUID(int=1),
        colour=Colour.RED,
        scopes={"write", "read"},
        large=2**60,
        endless=float("inf"),
        bytes=b"abc",
        none=None,
    )
    assert found == {
        "amount": "1250.0000",
        "day": "2026-03-31",
        "at": "2026-03-31T09:30:00+00:00",
        "id": "00000000-0000-0000-0000-000000000001",
        "colour": "red",
        "scopes": ["read", "write"],
        "large": str(2**60),
        "endless": "inf",
        "bytes": "3 bytes",
        "none": None,
    }


def test_long_values_are_cut():
    assert len(kept(note_text="x" * 5000)["note_text"].encode()) == VALUE_BYTES
    assert len(line("ü" * 5000).encode()) <= LINE_BYTES
    assert kept(many=list(range(500)))["many"][-1] == "..."


def test_of_too_many_values_only_the_names_are_kept():
    found = kept(**{f"field_{number}": "x" * 1900 for number in range(20)})
    assert found["cut"] is True and found["fields"][0] == "field_0" and found["bytes"] > DETAILS_BYTES


def test_a_line_is_one_line():
    assert line("a\nb\tc\0d") == "a b c\ufffdd"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_whatever_is_recorded_is_bounded_and_can_be_stored(values):
    found = orjson.dumps(details(values, CHAIN))
    assert len(found) <= DETAILS_BYTES and b"\\u0000" not in found
