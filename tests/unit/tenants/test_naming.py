"""Keys made from companies' names."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.storage.session import TENANT_KEY
from hub.tenants.naming import candidate_keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme", "acme"),
        ("Acme Ltd.", "acme_ltd"),
        ("  A & B  GmbH ", "a_b_gmbh"),
        ("Müller Söhne", "muller_sohne"),
        ("3M Company", "company_3m_company"),
        ("日本", "company"),
        ("_", "company"),
        ("x" * 60, "x" * 40),
        ("y" * 39 + " z", "y" * 39),
    ],
)
def test_first_choice(name, key):
    assert next(candidate_keys(name)) == key


def test_further_choices_stay_within_bounds():
    assert list(islice(candidate_keys("Acme"), 3)) == ["acme", "acme_2", "acme_3"]
    assert list(islice(candidate_keys("x" * 60), 2)) == ["x" * 40, "x" * 38 + "_2"]


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=50))
def test_every_choice_is_a_key(name):
    choices = list(islice(candidate_keys(name), 12))
    assert all(TENANT_KEY.fullmatch(choice) for choice in choices)
    assert len(set(choices)) == len(choices)
