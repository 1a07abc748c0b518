"""Where a channel may go: to its hosts, to public addresses, and inside only by the operator's word."""

from dataclasses import replace

import pytest

from hub.channels.network import HubNetwork
from hub.sdk.errors import ConfigError, TransientError, UncertainError
from hub.sdk.manifest import Manifest
from tests.sendgrid_server import SendGridServer

ANYWHERE = Manifest(slug="anywhere", name="A", version="1", kind="channel", api=1, entry="a:B")
LISTED = replace(
    ANYWHERE, slug="listed", hosts=("api.listed.example",), addresses={"api": "https://api.listed.example"}
)


@pytest.fixture
def server():
    with SendGridServer() as server:
        yield server


def at(settings, manifest=ANYWHERE, **changes):
    return HubNetwork(replace(settings, **changes), manifest, {})


def test_what_is_private_is_refused_unless_the_operator_names_it(settings, server):
    with pytest.raises(ConfigError):
        at(settings).request("GET", server.url)
    with pytest.raises(ConfigError, match="not a public one"):
        at(settings).connect("127.0.0.1", 25, 1)
    assert server.asked == []
    answer = at(settings, private_hosts="127.0.0.1").request("GET", f"{server.url}/v3/scopes")
    assert answer.status == 401
    at(settings, private_hosts="127.0.0.1").connect("127.0.0.1", int(server.url.rpartition(":")[2]), 1).close()
    with pytest.raises(ConfigError):
        at(settings, private_hosts="localhost").connect("127.0.0.1", 25, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://public.example/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://user:secret@public.example/",
        "https://",
        "ftp://public.example/",
        "https://[broken/",
        "https://public.example:99999/",
    ],
)
def test_what_is_no_public_https_address_is_refused(settings, url):
    with pytest.raises(ConfigError):
        at(settings).request("GET", url)


def test_a_plugin_that_lists_its_hosts_goes_nowhere_else(settings, server):
    network = at(settings, LISTED, private_hosts="127.0.0.1")
    for url in ("https://elsewhere.example/", server.url, "http://api.listed.example/", "//elsewhere.example/x"):
        with pytest.raises(ConfigError):
            network.request("GET", url)
    with pytest.raises(ConfigError, match="none of the plugin's hosts"):
        network.connect("127.0.0.1", 25, 1)
    assert server.asked == []


def test_the_operator_may_name_another_place_for_it(settings, server, tmp_path):
    apps = tmp_path / "connectors.toml"
    apps.write_text(f'[listed.addresses]\napi = "{server.url}"\n')
    network = at(settings, LISTED, connector_apps_file=str(apps))
    assert network.addresses == {"api": server.url}
    assert network.request("GET", "/v3/scopes").status == 401
    with pytest.raises(ConfigError):
        network.request("GET", "http://127.0.0.1:1/")


def test_no_redirect_is_followed(settings, server):
    server.fail = [(302, {"Location": f"{server.url}/elsewhere"}, b"")]
    assert at(settings, private_hosts="127.0.0.1").request("GET", server.url).status == 302
    assert len(server.asked) == 1


def test_who_was_asked_and_does_not_answer_may_have_done_it(settings, server):
    network = at(settings, private_hosts="127.0.0.1")
    server.fail = [None]
    with pytest.raises(UncertainError):
        network.request("POST", server.url, body=b"x")
    server.fail = [(200, {}, b"x" * (5 * 2**20))]
    with pytest.raises(UncertainError):
        network.request("POST", server.url, body=b"x")


def test_who_was_not_reached_did_nothing(settings):
    network = at(settings, private_hosts="127.0.0.1")
    with pytest.raises(TransientError):
        network.request("POST", "http://127.0.0.1:1/", body=b"x")
    with pytest.raises(TransientError, match="does not answer: Connection refused"):
        network.connect("127.0.0.1", 1, 1)
    with pytest.raises(TransientError, match="no host that can be found"):
        network.connect("nobody.invalid", 25, 1)
