"""The Xero connector. Nothing is imported here but the hook, so that discovery stays cheap."""

from collections.abc import Iterable
from pathlib import Path

from hub.sdk.hookspecs import hookimpl


@hookimpl
def paypredict_manifests() -> Iterable[Path]:
    """The manifest of this connector."""
    return [Path(__file__).with_name("manifest.toml")]
