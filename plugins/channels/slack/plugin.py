"""Slack, for the team alone: by an incoming webhook, or as a bot by chat.postMessage."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from hub.sdk.channel import Delivery, Notice
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from hub.sdk.network import Network
from plugins.channels.slack.blocks import payload

_AUTH = frozenset(
    {
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
        *("no_permission", "org_login_required", "invalid_token", "no_service", "no_team", "team_disabled"),
        *("no_active_hooks", "action_prohibited", "posting_to_general_channel_denied", "ekm_access_denied"),
    }
)
_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "restricted_action"})
_MESSAGE = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "no_text", "invalid_payload"})
_ALIVE = frozenset({"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"})
"""What a live webhook answers to an empty message."""
_HOST_OF_HOOKS = "hooks.slack.com"


class SlackChannel:
    """One Slack channel. Raises ConfigError unless there is exactly one way to it."""

    slug = "slack"

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._hook, self._token = str(config.get("webhook_url", "")).strip(), str(config.get("token", ""))
        self._channel = str(config.get("channel", ""))
        self._network = network
        if bool(self._hook) == bool(self._token):
            raise ConfigError("Enter an incoming webhook, or a bot token: one of the two.", field="webhook_url")
        if self._token and not self._channel:
            raise ConfigError("A bot token needs the Slack channel that it writes to.", field="channel")
        if self._hook:
            self._hook = self._at_slack(self._hook)

    def notify(self, notice: Notice) -> Delivery:
        """Post the notice. A webhook gives messages no name; a bot's have their time stamp."""
        message = payload(notice)
        if self._hook:
            answer = self._ask(self._hook, message)
            if answer.status != 200:
                self._refused(answer, answer.text.strip())
            return Delivery(provider_id="", accepted_at=datetime.now(UTC))
        said = self._call("chat.postMessage", {"channel": self._channel, **message})
        return Delivery(provider_id=f"{said.get('channel', '')}/{said.get('ts', '')}", accepted_at=datetime.now(UTC))

    def check(self) -> str:
        """Whether Slack knows the webhook or the bot; nothing is posted."""
        if self._hook:
            answer = self._ask(self._hook, {})
            if answer.status != 400 or answer.text.strip() not in _ALIVE:
                self._refused(answer, answer.text.strip())
            return "Slack knows this webhook."
        said = self._call("auth.test", {})
        return f"Slack knows the bot {said.get('user', '')} of {said.get('team', '')}."

    def _call(self, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._ask(f"{self._network.addresses['api']}/api/{method}", body)
        if answer.status != 200:
            self._refused(answer, "")
        said = answer.json()
        if not isinstance(said, dict) or said.get("ok") is not True:
            self._refused(answer, str(said.get("error", "") if isinstance(said, dict) else ""))
        return said

    def _ask(self, url: str, body: Mapping[str, Any]) -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._network.request("POST", url, headers=headers, body=json.dumps(body).encode())

    def _at_slack(self, hook: str) -> str:
        """The webhook's address, below where the manifest or the operator says that webhooks are."""
        try:
            parts = urlsplit(hook)
            is_slacks = parts.scheme == "https" and parts.netloc == _HOST_OF_HOOKS and parts.path.startswith("/")
        except ValueError:
            is_slacks = False
        if not is_slacks:
            raise ConfigError("It has to begin with https://hooks.slack.com/.", field="webhook_url")
        return self._network.addresses["hooks"].rstrip("/") + parts.path

    def _refused(self, answer: Answer, said: str) -> NoReturn:
        said = said[:100]
        if answer.status == 429 or said in ("ratelimited", "rate_limited"):
            wait = answer.headers.get("retry-after", "")
            raise TransientError("Slack wants fewer messages.", int(wait) if wait.isdecimal() else 60)
        if said in _AUTH or answer.status in (401, 403, 404):
            raise AuthError(f"Slack refuses: {said or answer.status}. Enter the webhook or the token anew.")
        if said in _CHANNEL or answer.status == 410:
            field = "channel" if self._token else "webhook_url"
            raise ConfigError(f"Slack cannot write to that channel: {said or answer.status}.", field=field)
        if said in _MESSAGE or answer.status == 400:
            raise RecordError(f"Slack refuses the message: {said or answer.status}.")
        if answer.status == 503:
            raise TransientError("Slack is not available.")
        raise UncertainError(f"Slack answered {answer.status} {said}.".replace(" .", "."))
