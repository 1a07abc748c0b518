"""The plugins: discovered through entry points, their manifests read as data, their code imported when first used.

A plugin that cannot be used is remembered with its traceback, shown by `paypredict plugin list`, and stops nothing.
"""

import importlib
import inspect
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from hub.errors import NotFoundError
from hub.redaction import redact
from hub.sdk import hookspecs
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Kind, Manifest, read_manifest

OWN_DISTRIBUTION = "paypredict"
THIRD_PARTY_SWITCH = "PAYPREDICT_THIRD_PARTY_PLUGINS"
"""Environment variable: "off" leaves out all plugins but the hub's own."""

_CONTRACTS: dict[Kind, str] = {
    "connector": "hub.sdk.connector:Connector",
    "forecast": "hub.sdk.forecaster:ForecastBackend",
    "risk": "hub.sdk.risk:RiskBackend",
    "classifier": "hub.sdk.classifier:DisputeClassifier",
    "channel": "hub.sdk.channel:Channel",
    "writer": "hub.sdk.writer:ReminderWriter",
}
# What a plugin of a kind has to be beside that, by the capabilities that its manifest names.
_CAPABILITIES: dict[Kind, dict[str, str]] = {
    "channel": {
        "send": "hub.sdk.channel:SendingChannel",
        "notify": "hub.sdk.channel:NotifyingChannel",
        "receipts": "hub.sdk.channel:ReportingChannel",
        "lookup": "hub.sdk.channel:LookupChannel",
        "inbound": "hub.sdk.channel:ReceivingChannel",
    },
    "connector": {"write_credit_memo": "hub.sdk.connector:WritingConnector"},
    "writer": {"templates": "hub.sdk.writer:TemplatedWriter"},
}
_NEEDS_ONE = frozenset({"channel"})


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that cannot be used: its entry point and distribution, what is wrong, and where it happened."""

    name: str
    error: str
    traceback: str


class Registry:
    """The plugins found at one time, `origins` the distributions that bring them, `broken` what could not be used."""

    def __init__(
        self, manifests: Mapping[str, Manifest], origins: Mapping[str, str], broken: list[BrokenPlugin]
    ) -> None:
        self._manifests = dict(manifests)
        self.origins = dict(origins)
        self.broken = broken

    def manifests(self, kind: Kind | None = None) -> list[Manifest]:
        """The manifests of all plugins, or of one kind, by slug."""
        found = (manifest for _, manifest in sorted(self._manifests.items()))
        return [manifest for manifest in found if kind is None or manifest.kind == kind]

    def get(self, slug: str) -> Manifest:
        """The manifest of a plugin. Raises NotFoundError naming those there are."""
        if slug not in self._manifests:
            raise NotFoundError(
                f"there is no plugin {slug!r}; there are {', '.join(sorted(self._manifests)) or 'none'}"
            )
        return self._manifests[slug]

    def load(self, slug: str) -> Any:
        """A plugin's class, imported now. Raises NotFoundError, and ConfigError where its code cannot be loaded."""
        manifest = self.get(slug)
        module, _, attribute = manifest.entry.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # BaseException, for a plugin may call sys.exit when it is imported.
            raise ConfigError(
                f"plugin {slug} cannot be loaded from {manifest.entry}: {redact(_sentence(error))}"
            ) from error

    def make(self, slug: str, *args: Any) -> Any:
        """A new plugin object, made from `args`: one for each use, so that nothing of one tenant is seen by another."""
        return self.load(slug)(*args)


def load(environ: Mapping[str, str] | None = None) -> Registry:
    """Find all plugins; with THIRD_PARTY_SWITCH "off" only the hub's own. No plugin can make it raise."""
    environ = os.environ if environ is None else environ
    own_only = environ.get(THIRD_PARTY_SWITCH, "").lower() == "off"
    manifests: dict[str, Manifest] = {}
    origins: dict[str, str] = {}
    broken = []
    for point in _points():
        distribution = _distribution(point)
        if own_only and distribution != OWN_DISTRIBUTION:
            continue
        try:
            for manifest in _read(point):
                if manifest.slug in manifests:
                    first = origins[manifest.slug]
                    raise ConfigError(f"slug {manifest.slug!r} is taken by the distribution {first}; choose another")
                manifests[manifest.slug] = manifest
                origins[manifest.slug] = distribution
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a plugin does, SystemExit included, the hub goes on
            trace = "".join(traceback.format_exception(error))
            broken.append(BrokenPlugin(f"{point.name} ({distribution})", redact(_sentence(error)), redact(trace)))
    return Registry(manifests, origins, broken)


def check(registry: Registry, slug: str) -> list[str]:
    """What a plugin's class lacks of what its manifest says it is and can; also why its code cannot be loaded."""
    manifest = registry.get(slug)
    try:
        plugin = registry.load(slug)
    except ConfigError as error:
        return [str(error)]
    optional = _CAPABILITIES.get(manifest.kind, {})
    named = [contract for capability, contract in optional.items() if capability in manifest.capabilities]
    found = [lack for contract in (_CONTRACTS[manifest.kind], *named) for lack in _lacks(plugin, _contract(contract))]
    if manifest.kind in _NEEDS_ONE and not named:
        found.append(f"{slug} names none of the capabilities of a {manifest.kind}: {', '.join(optional)}")
    return found


def _points() -> list[EntryPoint]:
    """The entry points, the hub's own first, so that nobody can take a slug away from it; then by name."""

    def order(point: EntryPoint) -> tuple[bool, str, str]:
        distribution = _distribution(point)
        return distribution != OWN_DISTRIBUTION, distribution, point.name

    return sorted(entry_points(group=hookspecs.ENTRY_POINT_GROUP), key=order)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown distribution"


def _read(point: EntryPoint) -> Iterator[Manifest]:
    """The manifests that one entry point brings. A manager for each, for a failing hook ends the whole call."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(point.load(), point.name)
    manager.check_pending()
    hooks = manager.hook.paypredict_manifests.get_hookimpls()
    if not hooks:
        raise ConfigError(f"{point.value} has no hook paypredict_manifests")
    for hook in hooks:
        paths: Any = hook.function()
        for path in paths:
            yield read_manifest(Path(path))


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"


def _contract(place: str) -> type:
    module, _, name = place.partition(":")
    contract: type = getattr(importlib.import_module(module), name)
    return contract


def _lacks(plugin: Any, contract: type) -> Iterator[str]:
    for name in vars(contract).get("__annotations__", {}):
        if not hasattr(plugin, name) and name not in getattr(plugin, "__annotations__", {}):
            yield f"{plugin.__qualname__} lacks the attribute {name} of {contract.__name__}"
    for name in vars(contract):
        if name.startswith("_") or not callable(getattr(contract, name)):
            continue
        wanted = inspect.signature(getattr(contract, name))
        given = getattr(plugin, name, None)
        if not callable(given):
            yield f"{plugin.__qualname__} lacks the method {name}{wanted} of {contract.__name__}"
        elif missing := [word for word in wanted.parameters if word not in inspect.signature(given).parameters]:
            yield f"{plugin.__qualname__}.{name}{inspect.signature(given)} does not take {', '.join(missing)}"
