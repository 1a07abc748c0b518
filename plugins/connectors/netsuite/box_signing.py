"""Who may enter the box: JWTs signed with a certificate's key, and requests signed with a token.

After "OAuth 2.0 Client Credentials Flow" (algorithms PS256 to PS512 and ES256 to ES512, no RS256; kid is the
certificate's id, aud the token address, exp within 60 minutes of iat) and "Token-based Authentication" (OAuth 1.0a by
RFC 5849, HMAC-SHA256, the realm being the account, no nonce twice).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from werkzeug.wrappers import Request

from hub.sdk.testing.oauth import OAuthError

_HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_ALGORITHMS = frozenset(f"{family}{size}" for family in ("PS", "ES") for size in _HASHES)
_LONGEST_SECONDS = 3600
_CLOCKS_DIFFER_BY = 60
_LEAST_RSA_BITS = 3072
_TIMESTAMPS_DIFFER_BY = 300


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an administrator uploaded for an integration: its client id, and a public key as PEM."""

    client_id: str
    public_key: bytes

    def __post_init__(self) -> None:
        key = load_pem_public_key(self.public_key)
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
            raise ValueError(f"NetSuite takes RSA keys from {_LEAST_RSA_BITS} bits on; this one has {key.key_size}")


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of token-based authentication, with the integration (consumer) that it is for."""

    consumer_key: str
    consumer_secret: str
    token_secret: str


def checked_assertion(
    assertion: str, certificates: Mapping[str, Certificate], audience: str, scope: str, now: datetime
) -> str:
    """The client that a JWT proves. Raises OAuthError."""
    try:
        head, body, signature = assertion.split(".")
        header, claims = _json(head), _json(body)
    except ValueError as error:
        raise _refused("the assertion is no JWT") from error
    algorithm, certificate = header.get("alg"), certificates.get(str(header.get("kid")))
    if algorithm not in _ALGORITHMS:
        raise _refused(f"the algorithm {algorithm} is not taken")
    if certificate is None or certificate.client_id != claims.get("iss"):
        raise _refused("the certificate is not known for this client")
    try:
        _verify(certificate.public_key, algorithm, f"{head}.{body}".encode(), _decoded(signature))
    except (InvalidSignature, ValueError) as error:
        raise _refused("the signature is not the certificate's") from error
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        raise _refused("iat and exp are needed")
    if expires - issued > _LONGEST_SECONDS:
        raise _refused("exp is more than 60 minutes after iat")
    if not issued - _CLOCKS_DIFFER_BY <= now.timestamp() < expires:
        raise _refused("the assertion is not valid now")
    if claims.get("aud") != audience:
        raise _refused("aud is not the token address")
    asked = claims.get("scope", [])
    if scope not in (asked.split(",") if isinstance(asked, str) else asked):
        raise OAuthError("invalid_scope", f"the assertion has to ask for {scope}")
    return certificate.client_id


def checked_signature(
    request: Request, account: str, tokens: Mapping[str, Token], nonces: set[str], now: datetime
) -> str | None:
    """Why a signed request is refused, or None. Its nonce is used up then."""
    parts = _header(request.headers["Authorization"])
    token = tokens.get(parts.get("oauth_token", ""))
    if token is None or token.consumer_key != parts.get("oauth_consumer_key"):
        return "unknown token"
    if parts.get("realm") != account or parts.get("oauth_signature_method") != "HMAC-SHA256":
        return "wrong realm or method"
    stamp, nonce = parts.get("oauth_timestamp", ""), parts.get("oauth_nonce", "")
    if not stamp.isdigit() or abs(int(stamp) - now.timestamp()) > _TIMESTAMPS_DIFFER_BY:
        return "wrong timestamp"
    if len(nonce) < 6 or f"{stamp} {nonce}" in nonces:
        return "nonce used"
    signed = [(key, value) for key, value in parts.items() if key not in ("realm", "oauth_signature")]
    base = _base(request, [*signed, *request.args.items(multi=True)])
    key = f"{_quoted(token.consumer_secret)}&{_quoted(token.token_secret)}"
    expected = base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()
    if not hmac.compare_digest(expected, parts.get("oauth_signature", "")):
        return "wrong signature"
    nonces.add(f"{stamp} {nonce}")
    return None


def _verify(pem: bytes, algorithm: str, message: bytes, signature: bytes) -> None:
    key, chosen = load_pem_public_key(pem), _HASHES[algorithm[2:]]
    if algorithm.startswith("PS") and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PSS(padding.MGF1(chosen), padding.PSS.DIGEST_LENGTH), chosen)
    elif algorithm.startswith("ES") and isinstance(key, ec.EllipticCurvePublicKey):
        half = (key.curve.key_size + 7) // 8
        if len(signature) != 2 * half:
            raise ValueError("the signature is not as long as the curve's")
        numbers = (int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(chosen))
    else:
        raise ValueError("the key is of another kind")


def _base(request: Request, parameters: list[tuple[str, str]]) -> str:
    """The text that is signed (RFC 5849, 3.4.1)."""
    pairs = sorted((_quoted(key), _quoted(value)) for key, value in parameters)
    normalized = "&".join(f"{key}={value}" for key, value in pairs)
    address = f"{request.scheme}://{request.host.lower()}{request.path}"
    return "&".join((request.method.upper(), _quoted(address), _quoted(normalized)))


def _header(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.removeprefix("OAuth ").split(","))
    return {key: unquote(value.strip('"')) for key, _, value in pairs}


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def _json(part: str) -> dict[str, Any]:
    found = json.loads(_decoded(part))
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refused(why: str) -> OAuthError:
    return OAuthError("invalid_client", why, 401)
