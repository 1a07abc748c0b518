"""Where calls go: filled in from what a customer enters, and never led astray by it."""

import pytest

from hub.connections import addresses
from hub.connections.apps import App
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Auth, Manifest

AUTH = Auth(
    method="m2m", kind="oauth2_jwt", title="M2M", token_url="https://{account}.suitetalk.acme.example/oauth/token"
)
MANIFEST = Manifest(
    slug="acme",
    name="Acme",
    version="1",
    kind="connector",
    api=1,
    entry="x:y",
    hosts=("*.suitetalk.acme.example", "login.acme.example", "{gateway}"),
    addresses={"api": "https://{account}.suitetalk.acme.example/services"},
    auth=(AUTH,),
)


def of(config=None, app=None, manifest=MANIFEST, auth=AUTH):
    return addresses.of(manifest, auth, app or App(), {"account": "1234567"} if config is None else config)


class TestFillingIn:
    def test_an_account_id_as_providers_write_it_in_a_host(self):
        found = of({"account": "1234567_SB1"})
        assert found.named["api"] == "https://1234567-sb1.suitetalk.acme.example/services"
        assert found.token_url == "https://1234567-sb1.suitetalk.acme.example/oauth/token"

    @pytest.mark.parametrize(
        "value",
        [
            "evil.example/",
            "evil.example#",
            "evil.example?",
            "evil.example\\",
            "user@evil.example",
            "a b",
            "a\nb",
            "a%2f",
            "-a",
            "a..b",
            "a:22",
            "a:99999",
            "ä",
            "a" * 64,
            ":",
        ],
    )
    def test_what_would_lead_elsewhere(self, value):
        with pytest.raises(ConfigError, match="account") as raised:
            of({"account": f"x{value}" if value[0] not in "-" else value})
        assert raised.value.field == "account"

    @pytest.mark.parametrize("config", [{}, {"account": ""}, {"account": "  "}, {"account": None}])
    def test_what_is_missing(self, config):
        with pytest.raises(ConfigError, match="account is needed") as raised:
            of(config)
        assert raised.value.field == "account"

    def test_in_a_path_everything_is_quoted(self):
        filled = addresses.fill("https://api.acme.example/v1/{company}/x", {"company": "../a b?c#d&é"})
        assert filled == "https://api.acme.example/v1/..%2Fa%20b%3Fc%23d%26%C3%A9/x"

    @pytest.mark.parametrize("value", [".", "..", " .. "])
    def test_a_path_that_goes_up(self, value):
        with pytest.raises(ConfigError, match="company"):
            addresses.fill("https://api.acme.example/v1/{company}/x", {"company": value})

    @pytest.mark.parametrize(
        ("value", "filled"),
        [
            ("https://sap.customer.example/", "https://sap.customer.example/odata"),
            ("sap.customer.example:44300", "https://sap.customer.example:44300/odata"),
            ("https://customer.example/gateway", "https://customer.example/gateway/odata"),
        ],
    )
    def test_a_whole_address(self, value, filled):
        assert addresses.fill("{gateway}/odata", {"gateway": value}) == filled

    @pytest.mark.parametrize(
        "value",
        [
            "http://sap.example",
            "https://u@sap.example",
            "https://sap.example?a",
            "https://sap.example:25",
            "https://",
            "a b",
        ],
    )
    def test_a_whole_address_that_is_none(self, value):
        with pytest.raises(ConfigError, match="gateway"):
            addresses.fill("{gateway}/odata", {"gateway": value})


class TestWhereItMayGo:
    def test_to_hosts_of_the_manifest(self):
        found = of({"account": "1", "gateway": "https://sap.customer.example:44300/x"})
        assert found.hosts == {"*.suitetalk.acme.example", "login.acme.example", "sap.customer.example"}
        assert found.absolute("records?limit=1") == "https://1.suitetalk.acme.example/services/records?limit=1"
        assert found.absolute("/records") == "https://1.suitetalk.acme.example/services/records"
        assert found.is_operators("https://login.acme.example/") is False

    def test_a_host_that_is_not_entered_is_none(self):
        assert of().hosts == {"*.suitetalk.acme.example", "login.acme.example"}

    def test_to_a_port_that_is_in_an_address_alone(self):
        manifest = Manifest(
            slug="sap",
            name="SAP",
            version="1",
            kind="connector",
            api=1,
            entry="x:y",
            hosts=("{gateway}",),
            addresses={"api": "{gateway}/odata"},
        )
        found = of({"gateway": "sap.customer.example:44300"}, manifest=manifest, auth=None)
        assert found.ports == {443, 44300}
        assert found.absolute("a") == "https://sap.customer.example:44300/odata/a"
        with pytest.raises(ConfigError, match="port 8443"):
            found.absolute("https://sap.customer.example:8443/odata")

    @pytest.mark.parametrize(
        "url",
        [
            "https://suitetalk.acme.example/",
            "https://evilsuitetalk.acme.example/",
            "http://login.acme.example/",
            "https://login.acme.example:8443/",
            "https://a@login.acme.example/",
            "//login.acme.example/",
            "ftp://login.acme.example/",
            "https://login.acme.example\\.evil.example/",
            "https://login.acme.example\t/",
            "https://[::1/",
            "javascript:alert(1)",
        ],
    )
    def test_and_nowhere_else(self, url):
        with pytest.raises(ConfigError):
            of().absolute(url)

    def test_no_query_is_shown(self):
        with pytest.raises(ConfigError) as raised:
            of().absolute("https://elsewhere.example/a?token=hidden")
        assert "elsewhere.example/a" in str(raised.value) and "hidden" not in str(raised.value)


class TestTheOperator:
    app = App(addresses={"api": "http://127.0.0.1:8100/services", "token_url": "http://127.0.0.1:8100/oauth/token"})

    def test_names_another_place(self):
        found = of({}, self.app)
        assert found.named == {"api": "http://127.0.0.1:8100/services"}
        assert found.token_url == "http://127.0.0.1:8100/oauth/token" and found.revoke_url == ""
        assert found.is_operators(found.absolute("records")) is True

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8101/", "https://127.0.0.1:8100/", "http://127.0.0.2:8100/"])
    def test_and_no_other(self, url):
        with pytest.raises(ConfigError):
            of({}, self.app).absolute(url)
