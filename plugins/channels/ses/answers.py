"""What the errors of SES mean."""

from typing import Any

from hub.sdk.errors import AuthError, ConfigError, PluginError, RecordError, TransientError, UncertainError

RETRY_SECONDS = 60

_LOCKED_OUT = frozenset(
    (
        *("AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId"),
        *("SignatureDoesNotMatch", "InvalidSignatureException", "ExpiredToken", "ExpiredTokenException"),
        *("IncompleteSignature", "MissingAuthenticationTokenException", "OptInRequired", "NotAuthorized"),
    )
)
_LATER = frozenset(
    ("TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException", "ServiceUnavailable")
)
_ACCOUNT = frozenset(("SendingPausedException", "AccountSuspendedException", "AccountSendingPausedException"))


def refusal(error: Any) -> PluginError:
    """The hub's error for a botocore ClientError. Nothing was taken, unless it is an UncertainError."""
    said = error.response.get("Error", {})
    code = str(said.get("Code") or "without a code")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    sentence = f"SES answered {code}: {' '.join(str(said.get('Message') or '').split())[:300]}"
    if code in _LOCKED_OUT or status == 401:
        return AuthError(sentence)
    if code in _LATER or status == 429:
        return TransientError(sentence, RETRY_SECONDS)
    if status >= 500:
        return UncertainError(sentence)
    if code in _ACCOUNT:
        return ConfigError(sentence)
    if code in ("NotFoundException", "ConfigurationSetDoesNotExist"):
        return ConfigError(sentence, field="configuration_set")
    if code == "MailFromDomainNotVerifiedException" or "not verified" in sentence:
        return ConfigError(f"{sentence} Verify the sender, or its domain, at SES.", field="sender")
    if code in ("MessageRejected", "BadRequestException", "InvalidParameterValue", "ValidationError"):
        return RecordError(sentence)
    if status == 403:
        return AuthError(sentence)
    return ConfigError(sentence)
