"""What a person fills in to set up a channel: drawn from the plugin's manifest, by its JSON Schema. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.errors import InvalidError
from hub.sdk.manifest import Manifest

NEEDED = {"debtors": "send", "team": "notify"}
"""What a plugin has to be able to do, by whom a channel reaches."""
DESTINATION = "x-destination"
"""Marks a property that says where secrets go; where it changes they are entered again."""


def plugins(manifests: Iterable[Manifest]) -> dict[str, Manifest]:
    """The plugins that a channel can be set up with, by slug."""
    return {each.slug: each for each in manifests if each.kind == "channel" and purposes(each)}


def purposes(manifest: Manifest) -> list[str]:
    """Whom a plugin can reach."""
    return [purpose for purpose, capability in NEEDED.items() if capability in manifest.capabilities]


def manifest_of(manifests: Iterable[Manifest], slug: str) -> Manifest:
    """The manifest of a plugin that sends or notifies. Raises InvalidError naming those there are."""
    known = plugins(manifests)
    if slug not in known:
        raise InvalidError("There is no such channel.", fields={"plugin": f"One of {', '.join(known) or 'none'}."})
    return known[slug]


def check_purpose(manifest: Manifest, purpose: str) -> None:
    """Raise InvalidError where the plugin cannot reach whom the channel is for."""
    if purpose not in purposes(manifest):
        message = f"{manifest.name} reaches {' and '.join(purposes(manifest))}."
        raise InvalidError("This channel cannot be used for that.", fields={"purpose": message})


def form_of(manifest: Manifest) -> dict[str, Any]:
    """The JSON Schema of the form."""
    properties = dict(manifest.config.get("properties", {}))
    required = set(manifest.config.get("required", ()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name in required],
        "additionalProperties": False,
    }


def show(manifest: Manifest) -> dict[str, Any]:
    """A plugin as the API shows it."""
    return {
        "slug": manifest.slug,
        "name": manifest.name,
        "summary": manifest.summary,
        "purposes": purposes(manifest),
        "capabilities": sorted(manifest.capabilities),
        "form": form_of(manifest),
    }


def destinations(form: Mapping[str, Any]) -> list[str]:
    """The properties of a form that say where secrets go."""
    return [name for name, each in form["properties"].items() if each.get(DESTINATION)]
