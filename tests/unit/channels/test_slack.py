"""What the team is told in Slack, against a Slack in memory that is as strict as the real one about blocks."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.sdk.channel import Notice
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from plugins.channels.slack.plugin import SlackChannel

HOOK = "https://hooks.slack.com/services/T000/B000/secret"
NOTICE = Notice(
    title="3 reminders wait for approval",
    text="Good morning.",
    link="https://ar.example.com/reminders/",
    facts=(("To approve", "3"), ("Broken promises", "1")),
    actions=(("Approve", "https://ar.example.com/reminders/?tab=approve"),),
)


@dataclass
class Slack:
    """Slack's two ways in. Posts that break its limits get what Slack answers to them."""

    answers: list[Answer] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    addresses: dict[str, str] = field(
        default_factory=lambda: {"api": "https://slack.com", "hooks": "https://hooks.slack.com"}
    )

    def connect(self, host, port, timeout):
        raise AssertionError("Slack is reached by https")

    def request(self, method, url, *, headers=None, body=None, timeout=20.0):
        self.asked.append((url, dict(headers or {})))
        if self.answers:
            return self.answers.pop(0)
        message = json.loads(body)
        if url.endswith("/api/auth.test"):
            return said({"ok": True, "user": "paypredict", "team": "Acme"})
        problem = self._problem(message)
        if url.endswith("/api/chat.postMessage"):
            if not problem and not message.get("channel"):
                problem = "channel_not_found"
            if not problem:
                self.posted.append(message)
            return said({"ok": False, "error": problem} if problem else {"ok": True, "channel": "C1", "ts": "1.2"})
        assert url == HOOK
        if not problem:
            self.posted.append(message)
        return Answer(status=400 if problem else 200, headers={}, body=(problem or "ok").encode())

    def _problem(self, message):
        blocks = message.get("blocks", [])
        if not message.get("text") and not blocks:
            return "no_text"
        texts = [each["text"] for each in blocks if "text" in each]
        texts += [each for block in blocks for each in block.get("fields", [])]
        good = len(blocks) <= 50 and all(
            {"header": 150, "section": 3000}.get(each["type"], 0) >= len(each.get("text", {}).get("text", "x"))
            and len(each.get("fields", [])) <= 10
            and all(len(inner["text"]) <= 2000 for inner in each.get("fields", []))
            for each in blocks
        )
        return "" if good and all(each["text"] for each in texts) else "invalid_blocks"


def said(document):
    return Answer(status=200, headers={"content-type": "application/json"}, body=json.dumps(document).encode())


def shown(message):
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_a_notice_is_posted_by_the_incoming_webhook():
    slack = Slack()
    delivery = SlackChannel({"webhook_url": HOOK}, slack).notify(NOTICE)
    assert delivery.accepted_at.tzinfo is not None
    (message,) = slack.posted
    assert message["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": "3 reminders wait for approval",
        "emoji": False,
    }
    assert "To approve: 3" in shown(message) and "Broken promises: 1" in shown(message)
    assert "<https://ar.example.com/reminders/?tab=approve|Approve>" in shown(message)
    assert "Authorization" not in slack.asked[0][1]


def test_a_bot_posts_to_its_channel_with_its_token():
    slack = Slack()
    delivery = SlackChannel({"token": "xoxb-1", "channel": "C1"}, slack).notify(NOTICE)
    assert delivery.provider_id == "C1/1.2"
    assert slack.posted[0]["channel"] == "C1"
    assert slack.asked == [
        (
            "https://slack.com/api/chat.postMessage",
            {"Content-Type": "application/json; charset=utf-8", "Authorization": "Bearer xoxb-1"},
        )
    ]


def test_whatever_a_notice_holds_stays_within_slacks_limits():
    slack = Slack()
    huge = Notice(
        title="T" * 1000,
        text="x" * 10_000,
        facts=tuple((f"label {n}", "v" * 5000) for n in range(35)),
        actions=tuple((f"a {n}" * 100, f"https://ar.example.com/{n}") for n in range(60)),
    )
    channel = SlackChannel({"webhook_url": HOOK}, slack)
    channel.notify(huge)
    channel.notify(Notice(title="   ", text="  "))
    assert len(slack.posted) == 2


def test_nobody_is_called_by_what_a_customer_is_named():
    slack = Slack()
    name = "<!channel> & <https://evil.example|click> *bold*"
    SlackChannel({"webhook_url": HOOK}, slack).notify(Notice(title=name, text=name, actions=((name, "https://a.b/"),)))
    (message,) = slack.posted
    assert "<!channel>" not in message["text"]
    for block in message["blocks"]:
        if block["text"]["type"] == "mrkdwn":
            assert "<!channel>" not in block["text"]["text"] and "<https://evil" not in block["text"]["text"]
            assert block["text"]["text"].count("|") == 1


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "webhook_url"),
        ({"webhook_url": HOOK, "token": "xoxb-1", "channel": "C1"}, "webhook_url"),
        ({"token": "xoxb-1"}, "channel"),
        ({"webhook_url": "https://hooks.slack.com.evil.example/services/x"}, "webhook_url"),
        ({"webhook_url": "https://user@hooks.slack.com/services/x"}, "webhook_url"),
        ({"webhook_url": "http://hooks.slack.com/services/x"}, "webhook_url"),
        ({"webhook_url": "https://hooks.slack.com:8080/services/x"}, "webhook_url"),
        ({"webhook_url": "https://[hooks.slack.com/"}, "webhook_url"),
    ],
)
def test_what_leads_to_no_slack_channel_is_refused_by_field(config, field):
    with pytest.raises(ConfigError) as refused:
        SlackChannel(config, Slack())
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, "invalid_token", AuthError),
        (404, "no_service", AuthError),
        (410, "channel_is_archived", ConfigError),
        (400, "invalid_payload", RecordError),
        (429, "", TransientError),
        (503, "", TransientError),
        (500, "rollup_error", UncertainError),
        (302, "", UncertainError),
    ],
)
def test_what_a_webhook_answers_says_what_to_do(status, body, error):
    slack = Slack([Answer(status=status, headers={"retry-after": "30"}, body=body.encode())])
    with pytest.raises(error) as raised:
        SlackChannel({"webhook_url": HOOK}, slack).notify(NOTICE)
    assert getattr(raised.value, "retry_after", 30) in (30, 60)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("invalid_auth", AuthError),
        ("missing_scope", AuthError),
        ("not_in_channel", ConfigError),
        ("ratelimited", TransientError),
        ("msg_too_long", RecordError),
        ("something_new", UncertainError),
    ],
)
def test_what_the_api_answers_says_what_to_do(code, error):
    channel = SlackChannel({"token": "xoxb-1", "channel": "C1"}, Slack([said({"ok": False, "error": code})]))
    with pytest.raises(error, match=None if error is TransientError else code):
        channel.notify(NOTICE)


def test_an_answer_that_is_no_json_is_not_taken_for_a_yes():
    slack = Slack([Answer(status=200, headers={}, body=b"<html>"), said(["ok"])])
    channel = SlackChannel({"token": "xoxb-1", "channel": "C1"}, slack)
    with pytest.raises(TransientError):
        channel.notify(NOTICE)
    with pytest.raises(UncertainError):
        channel.notify(NOTICE)


def test_a_check_posts_nothing():
    slack = Slack()
    assert (
        SlackChannel({"token": "xoxb-1", "channel": "C1"}, slack).check() == "Slack knows the bot paypredict of Acme."
    )
    assert SlackChannel({"webhook_url": HOOK}, slack).check() == "Slack knows this webhook."
    assert slack.posted == []
    gone = Slack([Answer(status=404, headers={}, body=b"no_service")])
    with pytest.raises(AuthError):
        SlackChannel({"webhook_url": HOOK}, gone).check()
    closed = Slack([Answer(status=403, headers={}, body=b"action_prohibited")])
    with pytest.raises(AuthError):
        SlackChannel({"webhook_url": HOOK}, closed).check()
