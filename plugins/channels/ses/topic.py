"""A topic of Amazon SNS, as it posts to an address: each notification signed, the subscription confirmed once."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from hub.sdk.errors import AuthError, RecordError, TransientError, UncertainError
from hub.sdk.network import Network

LONGEST = 512 * 1024
# No other address of AWS will do: anybody may keep files, and run servers, under amazonaws.com.
_CERTIFICATE = re.compile(r"https://sns\.[a-z0-9-]{4,30}\.amazonaws\.com/SimpleNotificationService-[0-9a-f]{8,64}\.pem")
_CONFIRM = re.compile(r"https://sns\.[a-z0-9-]{4,30}\.amazonaws\.com/\?Action=ConfirmSubscription&[!-~]{1,2000}")
_NAME = re.compile(r"sns(\.[a-z0-9-]{4,30})?\.amazonaws\.com")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class Topic:
    """What is posted for one topic; for any, where `arn` is empty. Certificates are fetched once."""

    def __init__(self, network: Network, arn: str) -> None:
        self._network, self._arn = network, arn
        self._keys: dict[str, RSAPublicKey] = {}

    def read(self, body: bytes) -> tuple[Mapping[str, Any], str] | None:
        """The message of a notification and its id; None for what only concerns the subscription.

        Raises RecordError for what is none of SNS, AuthError for what SNS has not signed or another topic sent, and
        TransientError where its certificate cannot be fetched just now.
        """
        posted = _object(body)
        kind = posted.get("Type")
        fields = _SIGNED.get(kind) if isinstance(kind, str) else None
        if fields is None:
            raise RecordError("This is none of the messages that SNS posts.")
        if self._arn and posted.get("TopicArn") != self._arn:
            raise AuthError("It comes from another topic.")
        self._check_signature(posted, fields)
        if kind == "SubscriptionConfirmation":
            self._confirm(posted)
        if kind != "Notification":
            return None
        return _object(str(posted.get("Message")).encode("utf-8", "replace")), str(posted.get("MessageId"))

    def _check_signature(self, posted: Mapping[str, Any], fields: tuple[str, ...]) -> None:
        said = "".join(f"{name}\n{posted[name]}\n" for name in fields if isinstance(posted.get(name), str))
        algorithm = SHA256() if posted.get("SignatureVersion") == "2" else SHA1()  # noqa: S303 - version 1 is that
        key = self._key(str(posted.get("SigningCertURL") or posted.get("SigningCertUrl") or ""))
        try:
            signature = base64.b64decode(str(posted.get("Signature", "")), validate=True)
            key.verify(signature, said.encode("utf-8", "replace"), padding.PKCS1v15(), algorithm)
        except (InvalidSignature, ValueError) as error:
            raise AuthError("The signature of SNS is missing or wrong.") from error

    def _key(self, url: str) -> RSAPublicKey:
        if not _CERTIFICATE.fullmatch(url):
            raise AuthError("The certificate is at none of the addresses of SNS.")
        if url not in self._keys:
            self._keys[url] = _key_of(self._get(url))
        return self._keys[url]

    def _confirm(self, posted: Mapping[str, Any]) -> None:
        url = str(posted.get("SubscribeURL"))
        if not _CONFIRM.fullmatch(url):
            raise AuthError("The subscription is confirmed at none of the addresses of SNS.")
        self._get(url)

    def _get(self, url: str) -> bytes:
        try:
            answer = self._network.request("GET", url)
        except UncertainError as error:
            raise TransientError(str(error)) from error
        if answer.status == 200:
            return answer.body
        if answer.status in (403, 404):
            raise AuthError(f"SNS answered {answer.status} where it sent the hub to.")
        raise TransientError(f"SNS answered {answer.status}")


def _key_of(pem: bytes) -> RSAPublicKey:
    """The key of a certificate that is good today and is of SNS. Raises AuthError."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
        key = certificate.public_key()
    except ValueError as error:
        raise AuthError("What stands where the certificate of SNS should be is none.") from error
    now = datetime.now(UTC)
    is_of_sns = any(_NAME.fullmatch(name) for name in names)
    if not is_of_sns or not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise AuthError("The certificate is not of SNS, or not good today.")
    if not isinstance(key, RSAPublicKey):
        raise AuthError("The certificate of SNS has another kind of key.")
    return key


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body[: LONGEST + 1])
    except (ValueError, RecursionError) as error:
        raise RecordError("This is no JSON, or more than SNS sends.") from error
    if not isinstance(found, dict):
        raise RecordError("This is no object.")
    return found
