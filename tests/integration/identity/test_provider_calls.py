"""What is known of a provider, read over a real connection."""

from datetime import UTC, datetime

import pytest

from hub.identity.provider import MAX_BYTES, Provider, ProviderError
from tests.issuer import Issuer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_keys_are_read():
    with Issuer().serve() as issuer:
        assert Provider(issuer.address).key("first", "RS256", NOW)


def test_a_key_set_without_an_end_is_not_read_to_it():
    endless = Issuer(documents={"/jwks": b'{"keys": [' + b" " * MAX_BYTES})
    with endless.serve() as issuer, pytest.raises(ProviderError, match="does not answer"):
        Provider(issuer.address).key("first", "RS256", NOW)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_no_document(body):
    with Issuer(documents={"/jwks": body}).serve() as issuer, pytest.raises(ProviderError):
        Provider(issuer.address).key("first", "RS256", NOW)


def test_nobody_there():
    with Issuer().serve() as issuer:
        address = issuer.address
    with pytest.raises(ProviderError):
        Provider(address).metadata(NOW)
