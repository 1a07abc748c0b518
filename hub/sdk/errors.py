"""What went wrong, named by what to do about it. The plugin says what happened; the hub decides what follows."""

LONGEST_RETRY_SECONDS = 86_400
UNTOLD_RETRY_SECONDS = 60


class PluginError(Exception):
    """Base of all errors a plugin may raise on purpose."""


class AuthError(PluginError):
    """The provider refuses the credentials: a person has to reconnect."""


class TransientError(PluginError):
    """Worth trying again, no sooner than `retry_after` seconds; nobody is believed for longer than a day."""

    def __init__(self, message: str, retry_after: int = 60) -> None:
        super().__init__(message)
        is_time = retry_after >= 0  # nor is what is no number
        self.retry_after = min(retry_after, LONGEST_RETRY_SECONDS) if is_time else UNTOLD_RETRY_SECONDS


class UncertainError(PluginError):
    """A message was handed over and no answer came: it may have been taken, so it must not just be sent again."""


class RefusedError(PluginError):
    """The provider refuses this very request (4xx, but 401 and 429): the same again would be refused again.

    A connector may know better what the answer means; what it lets rise ends the run as `failed`.
    """

    def __init__(self, message: str, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status, self.body = status, body


class ConfigError(PluginError):
    """The settings or the file cannot work as they are; `field` names the setting to change, where there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class RecordError(PluginError):
    """One record cannot be used; the others can. Says where it stands, what it holds and what was expected."""

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        value: str | None = None,
        expected: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.field, self.value, self.expected, self.line = field, value, expected, line
