"""Where a browser goes on when its session here has ended."""

from hub.settings import Settings


def provider_address(settings: Settings, method: str) -> str | None:
    """Where the provider ends its own session too; None where there is none to end. `method` is how the person came."""
    return None
