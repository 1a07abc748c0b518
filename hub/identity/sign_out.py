"""Where a browser goes on when its session here has ended."""

from datetime import datetime

from hub.identity import oidc
from hub.settings import Settings


def provider_address(settings: Settings, method: str, now: datetime) -> str | None:
    """Where the provider ends its own session too; None where there is none to end. `method` is how the person came.

    The provider may be asked for its addresses: have no transaction open.
    """
    return oidc.sign_out_address(settings, now) if method == "oidc" and oidc.is_on(settings) else None
