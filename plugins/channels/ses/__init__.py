from pathlib import Path

from hub.sdk.hookspecs import hookimpl


@hookimpl
def paypredict_manifests() -> list[Path]:
    return [Path(__file__).with_name("manifest.toml")]
