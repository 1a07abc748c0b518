"""The error tree of the hub, each error with its code and HTTP status. Caught at the request's and the job's edge."""

from typing import Any


class HubError(Exception):
    """An error with a stable `code` for programs and a sentence for people; `fields` names what to change, and how."""

    code = "internal"
    status = 500
    title = "Internal error"

    def __init__(self, detail: str, *, fields: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or {}


class InvalidError(HubError):
    """What was sent cannot be used; nothing was stored."""

    code, status, title = "invalid", 422, "Invalid input"


class NotFoundError(HubError):
    """No such thing for this caller; also the answer for another tenant's ids."""

    code, status, title = "not_found", 404, "Not found"


class ConflictError(HubError):
    """It exists already, or it was changed in between."""

    code, status, title = "conflict", 409, "Conflict"


class PreconditionError(HubError):
    """`If-Match` names an older version."""

    code, status, title = "precondition_failed", 412, "Changed meanwhile"


class UnauthorizedError(HubError):
    """No valid credentials."""

    code, status, title = "unauthorized", 401, "Not signed in"


class ForbiddenError(HubError):
    """Valid credentials that do not reach this far."""

    code, status, title = "forbidden", 403, "Not allowed"


class TooLargeError(HubError):
    """More than the hub takes in one request."""

    code, status, title = "too_large", 413, "Too large"


class RateLimitedError(HubError):
    """Too many requests; `retry_after` seconds from now there is room again."""

    code, status, title = "rate_limited", 429, "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class UnavailableError(HubError):
    """Something the hub depends on does not answer."""

    code, status, title = "unavailable", 503, "Unavailable"
