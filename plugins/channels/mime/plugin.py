"""Mails as they are: the body of the request is the mail."""

from collections.abc import Mapping
from typing import Any

from hub.sdk.channel import InboundMessage
from hub.sdk.mail import parse_mail


class MimeChannel:
    """Whatever posts a mail as message/rfc822."""

    slug = "mime"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._vouching = str(config.get("authserv_id", ""))

    def parse_message(self, headers: Mapping[str, str], body: bytes) -> InboundMessage:
        """The mail in a request's body, whatever its headers say. Raises RecordError."""
        return parse_mail(body, self._vouching)
