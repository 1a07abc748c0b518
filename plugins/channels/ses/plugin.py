"""Amazon SES: mail as it is handed to its API, and what it publishes through SNS."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hub.sdk.channel import Delivery, Message, Receipt
from hub.sdk.errors import ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.mail_writing import compose, envelope
from hub.sdk.network import Network
from plugins.channels.ses import events
from plugins.channels.ses.answers import refusal
from plugins.channels.ses.client import make_client
from plugins.channels.ses.topic import Topic

_TAG_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class SesChannel:
    """One sender's SES, in one region. Credentials are those of the config alone, never the machine's."""

    slug = "ses"

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._config, self._network = config, network
        self._region = str(config["region"])
        self._set = config.get("configuration_set") or ""
        self._topic = Topic(network, config.get("topic_arn") or "")
        self._sesv2: Any = None

    def send(self, message: Message) -> Delivery:
        """Hand the mail over. SES puts a Message-ID of its own into it."""
        if message.is_test:
            raise ConfigError("SES cannot try a mail without delivering it; its mailbox simulator is an address.")
        mail = compose(message, datetime.now(UTC)).as_bytes()
        to, cc = envelope([message.to]), envelope([message.to, *message.cc])[1:]
        asked: dict[str, Any] = {
            "FromEmailAddress": envelope([message.sender])[0],
            "Destination": {"ToAddresses": to, **({"CcAddresses": cc} if cc else {})},
            "Content": {"Raw": {"Data": mail}},
            "EmailTags": [
                {"Name": name, "Value": value}
                for name, value in message.tags.items()
                if name and value and _TAG_LETTERS.issuperset(name + value)
            ],
            **({"ConfigurationSetName": self._set} if self._set else {}),
        }
        if self._sesv2 is None:
            self._sesv2 = make_client("sesv2", self._config, self._network)
        try:
            answer = self._sesv2.send_email(**asked)
        except ClientError as error:
            raise refusal(error) from error
        except BotoCoreError as error:
            raise UncertainError(f"SES answered what cannot be understood: {type(error).__name__}") from error
        provider_id = str(answer.get("MessageId") or "")
        if not provider_id:
            raise UncertainError("SES answered without naming the message")
        # As SES documents it: the oldest region has a name of its own.
        place = "email" if self._region == "us-east-1" else self._region
        return Delivery(
            provider_id=provider_id,
            accepted_at=datetime.now(UTC),
            message_id=f"<{provider_id}@{place}.amazonses.com>",
        )

    def check(self) -> str:
        """How many messages SES takes."""
        try:
            quota = make_client("ses", self._config, self._network).get_send_quota()
        except ClientError as error:
            refused = refusal(error)
            raise TransientError(str(refused)) if isinstance(refused, UncertainError) else refused from error
        except (BotoCoreError, UncertainError) as error:
            raise TransientError(f"SES does not answer: {type(error).__name__}") from error
        most, sent, rate = (int(quota.get(name) or 0) for name in ("Max24HourSend", "SentLast24Hours", "MaxSendRate"))
        left = "any number of messages" if most < 0 else f"{max(most - sent, 0):,} of {most:,} messages a day"
        return f"SES answered in {self._region}: {left} may be sent, {rate:,} a second."

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in a notification of the topic, whose subscription is confirmed when it asks for that."""
        notification = self._topic.read(body)
        if notification is None:
            return []
        message, message_id = notification
        try:
            return events.read(message, message_id)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise RecordError("This is no event of SES.") from error
