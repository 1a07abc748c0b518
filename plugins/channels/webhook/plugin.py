"""A system of the tenant's own that delivers messages: JSON by POST, signed as Standard Webhooks have it, both ways."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, get_args
from urllib.parse import urlsplit
from uuid import uuid4

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hub.sdk.channel import Delivery, Message, Notice, Receipt, ReceiptKind
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from hub.sdk.network import Network

MOST_RECEIPTS = 1000
_LONGEST = 500
_KINDS: tuple[str, ...] = get_args(ReceiptKind)


class WebhookChannel:
    """One address. Its secret signs what is posted there, and what comes back. Raises ConfigError where it is none."""

    slug = "webhook"

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._url, self._network = str(config["url"]), network
        try:
            key = base64.b64decode(str(config["secret"]).removeprefix("whsec_"), validate=True)
        except ValueError as error:
            raise ConfigError("After whsec_ it has to be base64.", field="secret") from error
        if not 24 <= len(key) <= 64:
            raise ConfigError("It has to be 24 to 64 bytes in base64.", field="secret")
        self._signer = Webhook(key)

    def send(self, message: Message) -> Delivery:
        """Post a message. Its `webhook-id` is made of the idempotency key, by which one that came before is known."""
        data = {
            "idempotency_key": message.idempotency_key,
            "to": message.to,
            "to_name": message.to_name,
            "cc": list(message.cc),
            "sender": message.sender,
            "sender_name": message.sender_name,
            "reply_to": message.reply_to,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "language": message.language,
            "message_id": message.message_id,
            "in_reply_to": message.in_reply_to,
            "references": list(message.references),
            "list_unsubscribe": message.list_unsubscribe,
            "attachments": [
                {"name": each.name, "media_type": each.media_type, "content": base64.b64encode(each.content).decode()}
                for each in message.attachments
            ],
            "tags": dict(message.tags),
            "is_test": message.is_test,
        }
        return self._post(f"msg_{message.idempotency_key}", "message.send", data)

    def notify(self, notice: Notice) -> Delivery:
        """Post a notice."""
        data = {
            "title": notice.title,
            "text": notice.text,
            "link": notice.link,
            "facts": [{"label": label, "value": value} for label, value in notice.facts],
            "actions": [{"label": label, "url": url} for label, url in notice.actions],
        }
        return self._post(f"msg_{uuid4().hex}", "team.notice", data)

    def check(self) -> str:
        """Post a `channel.check`, of which nothing has to come."""
        self._post(f"msg_{uuid4().hex}", "channel.check", {})
        return f"{urlsplit(self._url).hostname} took a signed call."

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in {"receipts": [{id, kind, at, ...}]}, signed by the channel's secret."""
        try:
            self._signer.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            raise AuthError("These receipts are not signed by the channel's secret.") from error
        try:
            document = json.loads(body)
            found = document["receipts"]
            if not isinstance(found, list):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise RecordError('Receipts are {"receipts": [...]}.') from error
        if len(found) > MOST_RECEIPTS:
            raise RecordError(f"At most {MOST_RECEIPTS} receipts at once.")
        return [receipt for each in found if (receipt := _receipt(each)) is not None]

    def _post(self, id: str, type: str, data: Mapping[str, Any]) -> Delivery:
        at = datetime.now(UTC)
        body = json.dumps({"type": type, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(id, at, body),
        }
        answer = self._network.request("POST", self._url, headers=headers, body=body.encode())
        if not 200 <= answer.status < 300:
            self._refused(answer)
        return Delivery(provider_id=_name(answer) or id, accepted_at=datetime.now(UTC))

    def _refused(self, answer: Answer) -> NoReturn:
        where = urlsplit(self._url).hostname
        if answer.status in (401, 403):
            raise AuthError(f"{where} refuses the signature: it answered {answer.status}.")
        if answer.status in (429, 503):
            wait = answer.headers.get("retry-after", "")
            raise TransientError(f"{where} wants to be asked later.", int(wait) if wait.isdecimal() else 60)
        if answer.status in (400, 413, 422):
            raise RecordError(f"{where} refuses the message: it answered {answer.status}.")
        if 300 <= answer.status < 500:
            raise ConfigError(f"{where} answered {answer.status}: is this the right address?", field="url")
        # It may have been handed on before that happened.
        raise UncertainError(f"{where} answered {answer.status}.")


def _name(answer: Answer) -> str:
    """What the other system calls the message, where it says so by {"id": ...}."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    name = document.get("id") if isinstance(document, dict) else None
    return name[:200] if isinstance(name, str) and name.isprintable() else ""


def _receipt(document: Any) -> Receipt | None:
    """One receipt; None for what has no id, no time, or none of the kinds."""
    if not isinstance(document, dict):
        return None
    try:
        at = datetime.fromisoformat(str(document.get("at")))
    except ValueError:
        return None
    id, kind = _text(document, "id"), _text(document, "kind")
    if not id or kind not in _KINDS or at.tzinfo is None:
        return None
    tags = document.get("tags")
    return Receipt(
        event_id=id,
        provider_id=_text(document, "provider_id"),
        kind=kind,  # type: ignore[arg-type]
        at=at,
        detail=_text(document, "detail"),
        tags={str(key)[:100]: str(value)[:200] for key, value in tags.items()} if isinstance(tags, dict) else {},
        message_id=_text(document, "message_id"),
        address=_text(document, "address").lower(),
        is_permanent=document.get("is_permanent") is True,
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""
