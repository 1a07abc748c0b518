"""Each provider is asked in its own form, over the hub's network alone, and its errors say what to do about them."""

import json
from dataclasses import dataclass, field

import pytest

from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from plugins.models.llm_writer.plugin import LlmWriter
from tests.unit.writers.sheets import task

SAID = json.dumps(
    {
        "subject": "Invoice [[invoice_number]]",
        "text": "[[greeting]]\n\n[[open_amount]] of invoice [[invoice_number]] was due on [[due_date]].",
    }
)
OPENAI = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": SAID}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
ANTHROPIC = {
    "id": "m1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": SAID}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
OLLAMA = {
    "model": "m",
    "created_at": "2026-03-31T09:00:00Z",
    "message": {"role": "assistant", "content": SAID},
    "done": True,
    "done_reason": "stop",
}
BEDROCK = {
    "output": {"message": {"role": "assistant", "content": [{"text": SAID}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    "metrics": {"latencyMs": 1},
}
KEY = "sk-of-the-tenant"


@dataclass
class RecordedNetwork:
    """Answers each request in the same way, or raises, and remembers what was asked."""

    status: int = 200
    answer: object = None
    error: Exception | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], dict]] = field(default_factory=list)

    def request(self, method, url, *, headers=None, body=None, timeout=20.0):
        self.asked.append((method, url, {k.lower(): v for k, v in (headers or {}).items()}, json.loads(body or b"{}")))
        if self.error:
            raise self.error
        kind = {"content-type": "application/json"}
        return Answer(status=self.status, headers=kind, body=json.dumps(self.answer).encode())

    def connect(self, host, port, timeout):
        raise AssertionError("writers ask by HTTP")


PROVIDERS = [
    pytest.param(
        {"provider": "openai", "model": "gpt-4.1", "api_key": KEY},
        OPENAI,
        "https://api.openai.com/v1/chat/completions",
        ("authorization", f"Bearer {KEY}"),
        id="openai",
    ),
    pytest.param(
        {"provider": "openai_compatible", "model": "small", "base_url": "https://models.example/v1"},
        OPENAI,
        "https://models.example/v1/chat/completions",
        ("authorization", None),
        id="openai_compatible",
    ),
    pytest.param(
        {
            "provider": "azure",
            "model": "ours",
            "api_key": KEY,
            "base_url": "https://us.openai.azure.example",
            "api_version": "2025-04-01",
        },
        OPENAI,
        "https://us.openai.azure.example/openai/deployments/ours/chat/completions?api-version=2025-04-01",
        ("api-key", KEY),
        id="azure",
    ),
    pytest.param(
        {"provider": "anthropic", "model": "claude", "api_key": KEY},
        ANTHROPIC,
        "https://api.anthropic.com/v1/messages",
        ("authorization", f"Bearer {KEY}"),
        id="anthropic",
    ),
    pytest.param(
        {"provider": "ollama", "model": "llama", "base_url": "http://ollama.example:11434"},
        OLLAMA,
        "http://ollama.example:11434/api/chat",
        ("authorization", None),
        id="ollama",
    ),
    pytest.param(
        {
            "provider": "bedrock",
            "model": "anthropic.claude-v2",
            "region": "eu-central-1",
            "access_key_id": "AKIAEXAMPLE",
            "secret_access_key": "of-the-tenant",
        },
        BEDROCK,
        "https://bedrock-runtime.eu-central-1.amazonaws.com/model/anthropic.claude-v2/converse",
        ("authorization", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"),
        id="bedrock",
    ),
]


@pytest.fixture(autouse=True)
def somebody_elses_environment(monkeypatch):
    """What the process's environment says is not the tenant's, and is never used."""
    for name, value in {
        "OPENAI_API_KEY": "sk-of-the-operator",
        "OPENAI_BASE_URL": "https://elsewhere.example",
        "OPENAI_ORG_ID": "org-of-the-operator",
        "OPENAI_PROXY": "http://proxy.example",
        "ANTHROPIC_API_KEY": "sk-of-the-operator",
        "ANTHROPIC_BASE_URL": "https://elsewhere.example",
        "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
        "AWS_SECRET_ACCESS_KEY": "of-the-operator",
        "AWS_ENDPOINT_URL": "https://elsewhere.example",
        "AWS_SESSION_TOKEN": "of-the-operator",
        "AWS_PROFILE": "of-the-operator",
        "AWS_BEARER_TOKEN_BEDROCK": "of-the-operator",
        "OLLAMA_HOST": "elsewhere.example",
        "OLLAMA_API_KEY": "sk-of-the-operator",
        "HTTPS_PROXY": "http://proxy.example",
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "of-the-operator",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("config", "answer", "url", "key"), PROVIDERS)
def test_a_provider_is_asked_over_the_hubs_network(config, answer, url, key):
    network = RecordedNetwork(answer=answer)
    draft = LlmWriter(config, network).draft(task())
    assert draft.text.startswith("Dear Jo Doe,\n\nEUR\u00a01,250.00 of invoice INV-1042 was due on March 10, 2026.")
    [(method, asked, headers, body)] = network.asked
    assert (method, asked) == ("POST", url)
    name, value = key
    assert headers.get(name, "").startswith(value) if value else name not in headers
    everything = json.dumps([asked, headers, body])
    assert "operator" not in everything.lower()
    assert "AKIAOPERATOR" not in everything
    for fact in ("INV-1042", "Jo Doe", "1250", "1,250", "DE89", "Northwind"):
        assert fact not in everything


@pytest.mark.parametrize(("config", "answer", "url", "key"), PROVIDERS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthError),
        (403, AuthError),
        (404, ConfigError),
        (400, ConfigError),
        (429, TransientError),
        (503, TransientError),
    ],
)
def test_what_a_provider_answers_is_named_by_what_to_do(config, answer, url, key, status, error):
    network = RecordedNetwork(status, {"error": {"type": "x", "message": "No.", "code": "no"}, "message": "No."})
    with pytest.raises(error):
        LlmWriter(config, network).draft(task())
    assert len(network.asked) == 1, "it is tried once"


@pytest.mark.parametrize(("config", "answer", "url", "key"), PROVIDERS)
@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (ConfigError("169.254.169.254 is not called", field="base_url"), ConfigError),
        (TransientError("nobody answers"), TransientError),
        (UncertainError("it did not answer"), TransientError),
    ],
)
def test_what_the_network_says_is_not_lost_in_the_library(config, answer, url, key, raised, error):
    with pytest.raises(error, match=str(raised)):
        LlmWriter(config, RecordedNetwork(error=raised)).draft(task())


@pytest.mark.parametrize(("config", "answer", "url", "key"), PROVIDERS)
def test_an_answer_that_is_none_is_no_draft(config, answer, url, key):
    with pytest.raises((TransientError, RecordError)):
        LlmWriter(config, RecordedNetwork(answer={"hello": "there"})).draft(task())


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"provider": "openai", "model": "m"}, "api_key"),
        ({"provider": "openai_compatible", "model": "m"}, "base_url"),
        ({"provider": "azure", "model": "m", "base_url": "https://x.example"}, "api_version"),
        ({"provider": "anthropic", "model": "m"}, "api_key"),
        ({"provider": "ollama", "model": "m"}, "base_url"),
        ({"provider": "bedrock", "model": "m"}, "access_key_id"),
    ],
)
def test_what_a_provider_needs_is_said(config, field):
    network = RecordedNetwork()
    with pytest.raises(ConfigError) as caught:
        LlmWriter(config, network).draft(task())
    assert (caught.value.field, network.asked) == (field, [])
