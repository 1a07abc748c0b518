"""A channel is checked for what its manifest says it can, and for nothing else."""

import pytest

from hub import registry
from hub.sdk.manifest import Manifest


class Receives:
    slug = "receives"

    def parse_message(self, headers, body):
        """Nothing."""


class Sends:
    slug = "sends"

    def send(self, message):
        """Nothing."""

    def check(self):
        """Nothing."""


class Neither:
    slug = "neither"


def lacks(plugin: type, *capabilities: str) -> list[str]:
    manifest = Manifest(
        slug=plugin.slug,
        name=plugin.slug,
        version="1",
        kind="channel",
        api=1,
        entry=f"{__name__}:{plugin.__name__}",
        capabilities=frozenset(capabilities),
    )
    return registry.check(registry.Registry({plugin.slug: manifest}, {plugin.slug: "x"}, []), plugin.slug)


def test_a_channel_may_receive_only_or_send_only():
    assert lacks(Receives, "inbound") == []
    assert lacks(Sends, "send") == []


@pytest.mark.parametrize(
    ("plugin", "capabilities", "missing"),
    [
        (Receives, ("send",), ["send", "check"]),
        (Sends, ("inbound",), ["parse_message"]),
        (Sends, ("send", "receipts", "lookup"), ["parse_receipts", "find"]),
        (Sends, ("send", "notify"), ["notify"]),
        (Receives, ("inbound", "send"), ["send", "check"]),
        (Neither, ("inbound", "send"), ["send", "check", "parse_message"]),
    ],
)
def test_what_it_says_it_can_has_to_be_there(plugin, capabilities, missing):
    found = lacks(plugin, *capabilities)
    assert [sentence.split("method ")[1].split("(")[0] for sentence in found] == missing


def test_a_channel_that_can_nothing_is_none():
    assert lacks(Neither) == [
        "neither names none of the capabilities of a channel: send, notify, receipts, lookup, inbound"
    ]
