"""Sealing on its own: what is sealed for one place opens there, whole, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.storage.data_keys import DataKey
from hub.storage.master_keys import VaultError
from hub.storage.vault import seal, unseal

KEY = DataKey(UUID(int=1), "acme", bytes(range(32)))
WORDS = st.text(max_size=12)


@given(owner=WORDS, name=WORDS, value=WORDS)
def test_any_text_opens_again(owner, name, value):
    assert unseal(KEY, owner, name, seal(KEY, owner, name, value)) == value


@given(sealed_for=st.tuples(WORDS, WORDS, WORDS), opened_for=st.tuples(WORDS, WORDS, WORDS))
def test_no_two_places_are_one(sealed_for, opened_for):
    """Also where one's owner and name run together as another's do."""
    assume(sealed_for != opened_for)
    tenant, owner, name = sealed_for
    sealed = seal(replace(KEY, tenant=tenant), owner, name, "value")
    tenant, owner, name = opened_for
    with pytest.raises(VaultError):
        unseal(replace(KEY, tenant=tenant), owner, name, sealed)


def test_owner_and_name_do_not_run_together():
    with pytest.raises(VaultError):
        unseal(KEY, "a", "bc", seal(KEY, "ab", "c", "value"))


def test_a_change_of_any_bit_is_noticed():
    sealed = seal(KEY, "owner", "name", "value")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VaultError):
            unseal(KEY, "owner", "name", bytes(changed))


def test_another_key_of_the_same_name_does_not_open_it():
    with pytest.raises(VaultError):
        unseal(replace(KEY, secret=bytes(32)), "owner", "name", seal(KEY, "owner", "name", "value"))


def test_the_same_value_is_never_sealed_alike():
    assert len({seal(KEY, "owner", "name", "value") for _ in range(100)}) == 100
