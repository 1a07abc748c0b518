"""The hooks through which plugins are found. pluggy serves discovery and registration, never the data path."""

from collections.abc import Iterable
from pathlib import Path

import pluggy

PROJECT = "paypredict"
ENTRY_POINT_GROUP = "paypredict.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def paypredict_manifests() -> Iterable[Path]:
    """Paths of the manifest files this distribution brings. Must not import the plugins themselves."""
    raise NotImplementedError
