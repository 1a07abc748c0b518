"""Which backends may forecast a ledger: every forecast plugin that works by itself, unless it has to wait."""

from collections.abc import Collection
from typing import Any

from hub.forecasting.training import FALLBACK, Candidate
from hub.sdk.errors import ConfigError


def candidates(plugins: Any, barred: Collection[str] = ()) -> tuple[list[Candidate], dict[str, str]]:
    """The forecast backends of the plugin registry that need nothing from a person, naive first; and by slug, why
    others cannot be had. `barred` ones are left out; naive never is.
    """
    found, failures = [], {}
    for manifest in plugins.manifests("forecast"):
        if manifest.config.get("required") or (manifest.slug in barred and manifest.slug != FALLBACK):
            continue
        try:
            backend = plugins.load(manifest.slug)
        except ConfigError as error:
            failures[manifest.slug] = str(error)
            continue
        found.append(Candidate(slug=manifest.slug, version=manifest.version, backend=backend))
    found.sort(key=lambda each: (each.slug != FALLBACK, each.slug))
    return found, failures


def backends(plugins: Any) -> dict[str, Any]:
    """Every forecast backend that can be had, to load stored models with."""
    return {each.slug: each.backend for each in candidates(plugins)[0]}
