"""Heads of chains as they are written down and read again, and the hash that chains events."""

from hashlib import sha256

import pytest

from hub.errors import InvalidError
from hub.identity.audit import Head, content_hash


def test_a_head_is_read_as_it_was_written():
    for head in (Head("acme", 7, bytes(32)), Head("@installation", 0, b"")):
        assert Head.parse(str(head)) == head
        assert Head.parse(f"  {head}\n") == head


@pytest.mark.parametrize("value", ["", "acme", "acme:7", ":7:00", "acme:x:00", "acme:7:zz", "7:00"])
def test_what_is_no_head_is_refused_with_what_to_write(value):
    with pytest.raises(InvalidError, match="CHAIN:NUMBER:HASH"):
        Head.parse(value)


def test_fields_cannot_be_shifted_into_each_other():
    assert content_hash(b"", ("ab", "c")) != content_hash(b"", ("a", "bc"))
    assert content_hash(b"", (None, "")) != content_hash(b"", ("", None))
    assert content_hash(b"", ("-",)) != content_hash(b"", (None,))


def test_the_hash_is_of_the_one_before_and_of_each_field_with_its_length_in_bytes():
    assert content_hash(b"before", ("é", None, "")) == sha256(b"before" + "2:é,-,0:,".encode()).digest()
