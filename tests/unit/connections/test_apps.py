"""The operator's apps file: read when it changes, and clear about what is wrong with it."""

import os
from dataclasses import replace

import pytest

from hub import redaction
from hub.connections import apps
from hub.sdk.errors import ConfigError
from hub.settings import Settings

GOOD = """
[quickbooks]
client_id = "ABx"
client_secret = "s3cret-1234-quickbooks"
webhook_secret = "s3cret-1234-webhook"

[quickbooks.addresses]
api = "http://127.0.0.1:8100/v3"

[xero]
client_id = "C"
"""


@pytest.fixture
def settings(tmp_path):
    return Settings.load({}, data_dir=tmp_path)


def test_an_app(settings, tmp_path):
    (tmp_path / "connectors.toml").write_text(GOOD)
    app = apps.of(settings, "quickbooks")
    assert (app.client_id, app.client_secret, app.webhook_secret) == (
        "ABx",
        "s3cret-1234-quickbooks",
        "s3cret-1234-webhook",
    )
    assert app.addresses == {"api": "http://127.0.0.1:8100/v3"}
    assert apps.of(settings, "xero") == apps.App(client_id="C")
    assert apps.of(settings, "sap") == apps.App()
    assert "s3cret" not in repr(app)
    assert "s3cret" not in redaction.redact("s3cret-1234-quickbooks and s3cret-1234-webhook")


def test_it_is_read_anew_when_it_changes(settings, tmp_path):
    path = tmp_path / "connectors.toml"
    assert apps.of(settings, "xero") == apps.App()
    path.write_text('[xero]\nclient_id = "1"\n')
    assert apps.of(settings, "xero").client_id == "1"
    path.write_text('[xero]\nclient_id = "2"\n')
    os.utime(path, ns=(1, 1))
    assert apps.of(settings, "xero").client_id == "2"
    path.unlink()
    assert apps.of(settings, "xero") == apps.App()


def test_a_file_that_was_named_must_be_there(settings, tmp_path):
    named = replace(settings, connector_apps_file=str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match=r"gone\.toml cannot be read") as raised:
        apps.of(named, "xero")
    assert raised.value.field == "connector_apps_file"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[xero", "cannot be read as TOML"),
        ('xero = "x"', "xero must be a table"),
        ('[xero]\nclientid = "x"', r"\[xero\] does not know clientid"),
        ("[xero]\nclient_id = 5", r"\[xero\] client_id must be text"),
        ('[xero]\nclient_secret = "trailing-s3cret "', r"\[xero\] client_secret must be text"),
        ('[xero]\naddresses = "http://a"', r"\[xero\] addresses must be a table"),
        ('[xero.addresses]\napi = "localhost:8000"', r"\[xero\.addresses\] api must be an address"),
        ('[xero.addresses]\napi = "https://a:b@host"', r"\[xero\.addresses\] api must be an address"),
        ('[xero.addresses]\napi = "https://host:bad"', r"\[xero\.addresses\] api must be an address"),
        ("[xero.limits]\nper_hour = 5", r"\[xero\.limits\] does not know per_hour"),
        ("[xero.limits]\nper_day = 0", r"\[xero\.limits\] per_day must be a whole number"),
        ("[xero.limits]\nper_day = true", r"\[xero\.limits\] per_day must be a whole number"),
    ],
)
def test_what_is_wrong_with_it(settings, tmp_path, text, said):
    (tmp_path / "connectors.toml").write_text(text)
    with pytest.raises(ConfigError, match=said) as raised:
        apps.of(settings, "xero")
    assert "connectors.toml" in str(raised.value) and "s3cret" not in str(raised.value)
