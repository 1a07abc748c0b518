"""SendGrid's signature of what it posts: ECDSA on P-256 with SHA-256 over the time, as it is sent, and the body."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hub.sdk.errors import AuthError, ConfigError

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"


def read_key(public_key: str, field: str = "public_key") -> EllipticCurvePublicKey:
    """The key as SendGrid shows it: DER in base64. Raises ConfigError."""
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError("This is no public key.", field=field) from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise ConfigError("This is no public key of an elliptic curve.", field=field)
    return key


def check_signature(key: EllipticCurvePublicKey, headers: Mapping[str, str], body: bytes) -> None:
    """Raise AuthError unless the holder of the key signed exactly this. When is no matter: a mail is taken in once."""
    try:
        signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, headers.get(TIMESTAMP, "").encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise AuthError("The signature is missing or wrong.") from error
