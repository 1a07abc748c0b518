"""Mail by SendGrid's API, through its official library; the hub's network carries the requests."""

import base64
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

import python_http_client
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Attachment,
    Category,
    Cc,
    ClickTracking,
    Content,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    From,
    Header,
    Mail,
    MailSettings,
    OpenTracking,
    ReplyTo,
    SandBoxMode,
    Subject,
    SubscriptionTracking,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from hub.sdk.channel import Delivery, Message
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from hub.sdk.mail_writing import LONGEST_NAME, LONGEST_SUBJECT, mailbox, one_line, thread_headers
from hub.sdk.network import Network

KEY = "idempotency_key"
"""The custom argument by which a message is found."""
RETRY_SECONDS = 60
_MOST_ERRORS = 3

# The library writes whole requests into its debug log, keys and texts included.
logging.getLogger("python_http_client.client").setLevel(logging.CRITICAL)


class Sender:
    """One API key at SendGrid."""

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        host = network.addresses["eu" if config.get("region") == "eu" else "api"]
        self._category = str(config.get("category") or "")
        self._track_opens = bool(config.get("track_opens"))
        self._sandbox = bool(config.get("sandbox"))
        self._has_activity = bool(config.get("has_activity"))
        api = SendGridAPIClient(str(config["api_key"]), host=host.rstrip("/"))
        self._client = _Client(network, host.rstrip("/"), api.client.request_headers, 3, [])

    def send(self, message: Message) -> Delivery:
        """Hand a mail over."""
        is_test = self._sandbox or message.is_test
        try:
            body = self._mail(message, is_test).get()
        except ApiKeyIncludedException as error:
            raise RecordError("the text has an API key of SendGrid in it") from error
        answer = self._client.mail.send.post(request_body=body)
        if answer.status_code not in (200, 202):
            _refuse(answer)
        return Delivery(
            provider_id=answer.headers.get("x-message-id", "") or ("sandbox" if is_test else message.message_id),
            accepted_at=datetime.now(UTC),
        )

    def check(self) -> str:
        """What the key may do."""
        answer = self._ask(self._client.scopes.get)
        scopes = _json(answer).get("scopes")
        may = set(scopes) if isinstance(scopes, list) else set()
        if "mail.send" not in may:
            raise ConfigError("The API key may not send: give it Mail Send at SendGrid.", field="api_key")
        if self._has_activity and "messages.read" not in may:
            message = (
                "The API key may not read Email Activity: give it that at SendGrid, or say that it was not bought."
            )
            raise ConfigError(message, field="has_activity")
        end = "; it delivers nothing, for the sandbox is on." if self._sandbox else "."
        return f"SendGrid answered, and the key may send mail{end}"

    def find(self, idempotency_key: str) -> Delivery:
        """The mail with this key. Raises UncertainError where it is not found: the feed may be behind."""
        if not self._has_activity:
            raise UncertainError("SendGrid can be asked only where Email Activity was bought")
        if not idempotency_key.replace("-", "").isalnum():
            raise RecordError("this is no key of a message")
        query = {"limit": 10, "query": f"(unique_args['{KEY}']=\"{idempotency_key}\")"}
        found = _json(self._ask(lambda: self._client.messages.get(query_params=query))).get("messages")
        for each in found if isinstance(found, list) else ():
            if isinstance(each, dict) and isinstance(each.get("msg_id"), str):
                return Delivery(provider_id=each["msg_id"].partition(".")[0], accepted_at=_time(each))
        raise UncertainError("SendGrid does not show the message, which it may only later")

    def _mail(self, message: Message, is_test: bool) -> Mail:
        """What the API takes, made by the library of what was checked here."""
        sender = mailbox(message.sender, message.sender_name, "sender")
        to = mailbox(message.to, message.to_name, "to")
        mail = Mail()
        mail.from_email = From(sender.addr_spec, sender.display_name or None)
        mail.add_to(To(to.addr_spec, to.display_name or None))
        for each in dict.fromkeys(mailbox(each, "", "cc").addr_spec for each in message.cc):
            # SendGrid refuses whom it is told twice.
            if each != to.addr_spec:
                mail.add_cc(Cc(each))
        if message.reply_to:
            mail.reply_to = ReplyTo(mailbox(message.reply_to, "", "reply_to").addr_spec)
        mail.subject = Subject(one_line(message.subject, LONGEST_SUBJECT))
        mail.add_content(Content("text/plain", message.text))
        if message.html is not None:
            mail.add_content(Content("text/html", message.html))
        headers = {"Auto-Submitted": "auto-generated", **thread_headers(message)}
        if message.message_id:
            headers["Message-ID"] = message.message_id
        for name, value in headers.items():
            mail.add_header(Header(name, value))
        for file in message.attachments:
            content = FileContent(base64.b64encode(file.content).decode())
            name = one_line(file.name, LONGEST_NAME) or "attachment"
            mail.add_attachment(
                Attachment(content, FileName(name), FileType(file.media_type), Disposition("attachment"))
            )
        for name, value in {**message.tags, KEY: message.idempotency_key}.items():
            mail.add_custom_arg(CustomArg(name, value))
        if self._category:
            mail.add_category(Category(self._category))
        mail.tracking_settings = TrackingSettings(
            click_tracking=ClickTracking(False, False),
            open_tracking=OpenTracking(self._track_opens),
            subscription_tracking=SubscriptionTracking(False),
        )
        if is_test:
            mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(True))
        return mail

    def _ask(self, get: Any) -> "_Response":
        """The answer to a question, which may be asked again."""
        try:
            answer: _Response = get()
        except UncertainError as error:
            raise TransientError(str(error)) from error
        if answer.status_code >= 500:
            raise TransientError(f"SendGrid answered {answer.status_code}", RETRY_SECONDS)
        if answer.status_code != 200:
            _refuse(answer)
        return answer


class _Client(python_http_client.Client):  # type: ignore[misc]
    """The library's client, whose requests the hub's network carries."""

    def __init__(
        self, network: Network, host: str, headers: dict[str, str], version: int | None, path: list[str]
    ) -> None:
        super().__init__(host=host, request_headers=headers, version=version, url_path=path)
        self.network = network

    def _build_client(self, name: str | None = None) -> "_Client":
        path = [*self._url_path, name] if name else self._url_path
        # Headers of one request are not for the next.
        return _Client(self.network, self.host, dict(self.request_headers), self._version, path)

    def _make_request(self, opener: object, request: Any, timeout: float | None = None) -> "_Response":
        answer = self.network.request(
            request.get_method(), request.full_url, headers=dict(request.header_items()), body=request.data
        )
        return _Response(answer)


class _Response:
    """An answer of the network, as the library reads one."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.status_code, self.headers = answer.status, answer.headers

    def getcode(self) -> int:
        return self._answer.status

    def read(self) -> bytes:
        return self._answer.body

    def info(self) -> Mapping[str, str]:
        return self._answer.headers


def _refuse(answer: Any) -> NoReturn:
    """Raise what an answer other than yes means."""
    status, errors = answer.status_code, _errors(answer)
    said = "; ".join(message for message, _ in errors) or "without a word"
    sentence = f"SendGrid answered {status}: {said}"
    if status == 401:
        raise AuthError(sentence)
    if status == 429:
        raise TransientError(sentence, _wait(answer.headers))
    if status == 403:
        if "from address" in said.lower() or "sender identity" in said.lower():
            raise ConfigError(f"{sentence}. Verify the sender, or its domain, at SendGrid.", field="sender")
        raise AuthError(sentence)
    if status in (400, 413, 422):
        fields = [field for _, field in errors]
        if any(field.startswith("from") for field in fields):
            raise ConfigError(sentence, field="sender")
        raise RecordError(sentence, field="to" if any(".to" in field for field in fields) else None)
    if 300 <= status < 500:
        raise ConfigError(sentence)
    raise UncertainError(sentence)


def _errors(answer: Any) -> list[tuple[str, str]]:
    found = _json(answer).get("errors")
    named = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [
        (" ".join(str(each.get("message") or "").split())[:200], str(each.get("field") or ""))
        for each in named[:_MOST_ERRORS]
    ]


def _json(answer: Any) -> dict[str, Any]:
    body = answer.body if hasattr(answer, "body") else answer.read()
    try:
        found = Answer(status=answer.status_code, headers={}, body=body).json()
    except TransientError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait(headers: Mapping[str, str]) -> int:
    """Seconds until there is room again: SendGrid names the moment."""
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdecimal() and len(reset) < 12:
        return max(1, int(reset) - int(time.time()))
    after = headers.get("retry-after", "")
    return int(after) if after.isdecimal() and len(after) < 7 else RETRY_SECONDS


def _time(found: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(found.get("last_event_time"))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
