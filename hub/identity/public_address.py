"""Where browsers reach the hub: what links, redirects and cookies are made of."""

from hub.settings import Settings

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def base_url(settings: Settings) -> str:
    """Scheme and authority without a slash at the end: `public_url`, else http://host:port."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = _ANY.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def is_secure(settings: Settings) -> bool:
    """Whether browsers come by TLS."""
    return base_url(settings).startswith("https://")
