"""The whole way with a real model: it is asked, invents what it likes, and what comes out is true."""

import pytest

from hub.channels.network import HubNetwork
from hub.registry import load
from hub.reminders.writing import TEMPLATE, write
from hub.sdk.facts import check
from hub.settings import Settings
from tests.small_model import serving
from tests.unit.writers.sheets import invoice, sheet, task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked():
    """Has the small model write for a task, as the hub does."""
    registry = load({})
    addresses = {"database_url": "postgresql://nobody@127.0.0.1:1/none", "redis_url": "redis://127.0.0.1:1/0"}
    settings = Settings.load({}, **addresses, private_hosts="127.0.0.1")
    with serving() as address:
        config = {
            "provider": "openai_compatible",
            "model": "small",
            "base_url": address,
            "max_tokens": 100,
            "temperature": 0.7,
            "timeout_seconds": 120,
        }
        network = HubNetwork(settings, registry.get("llm_writer"), config)
        yield lambda given: write(registry, "llm_writer", config, given, network=network)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_whatever_the_model_writes_what_comes_out_is_true(asked, language):
    facts = sheet(invoice(), invoice("INV-7", "80.50", "80.50", "USD", 2))
    given = task(facts, language=language, tone="friendly")
    written = asked(given)
    assert check(facts, written.text, language=written.language, subject=written.subject).passes
    assert written.passes
    assert "INV-1042" in written.text and "INV-7" in written.text
    assert all(each.text for each in written.attempts)
    if written.writer == TEMPLATE:
        assert written.fell_back
        refused = [each for each in written.attempts if each.writer == "llm_writer"]
        # What the model wrote was refused each time, and what of it is kept; it was not just away.
        assert refused and all(each.refusals for each in refused), written.fell_back


def test_a_reply_to_a_dispute(asked):
    given = task(purpose="dispute_reply", reply="received")
    written = asked(given)
    assert written.passes
    assert "INV-1042" in written.text
