"""Settings never show what is secret of them."""

from dataclasses import replace
from urllib.parse import unquote

import pytest

from hub import redaction
from hub.settings import SECRETS, Settings

ENVIRON = {
    "DATABASE_URL": "postgresql://paypredict:marker-db-1@db.example/hub",
    "REDIS_URL": "redis://:marker-redis-1@cache.example:6379/0",
    "PAYPREDICT_METRICS_TOKEN": "marker-metrics-1",
    "PAYPREDICT_MODEL_SERVER_TOKEN": "marker-models-1",
    "PAYPREDICT_OIDC_CLIENT_SECRET": "marker-oidc-1",
    "PAYPREDICT_VAULT_KEY": "marker-vault-1",
    "PAYPREDICT_VAULT_PREVIOUS_KEYS": "marker-vault-2,marker-vault-3",
}


def test_no_secret_is_in_their_repr():
    shown = repr(Settings.load(ENVIRON))
    assert "marker" not in shown
    assert all(f"{name}=***" in shown for name in SECRETS)
    assert "db.example/hub" in shown and "port=8000" in shown


def test_what_is_empty_is_shown_as_empty():
    assert "oidc_client_secret=''" in repr(Settings.load({}))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_from_then_on_they_are_struck_out_of_everything(number):
    Settings.load(ENVIRON)
    assert redaction.redact(f"it holds marker-vault-{number} somewhere") == "it holds *** somewhere"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hub:marker%2Furl%40a@db.example/hub",
        "redis://:marker%2Furl%40b@db.example/0",
        "postgres//hub:marker%2Furl%40c@db.example/hub",
        "redis:/hub:marker%2Furl%40d@db.example/hub",
        "hub:marker%2Furl%40e@db.example",
        "host=db.example password=marker/url@f dbname=hub",
    ],
)
def test_a_password_is_known_even_in_an_address_that_is_wrong(address):
    replace(Settings.load({}), database_url=address)
    meant = unquote(address)
    assert "marker" not in redaction.redact_prose(f"cannot connect with {address}, that is {meant}")
