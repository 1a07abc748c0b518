"""What a person enters to connect an account: drawn from the manifest's JSON Schemas, checked, the secrets kept apart.

A form is one flat object: the plugin's own properties, those of the way to be let in, and what the operator's app would
otherwise bring. Pure: nothing is stored here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.errors import InvalidError
from hub.sdk.manifest import Auth, Manifest

SECRET = "x-secret"  # noqa: S105 - the word that marks one
APP_KINDS = ("oauth2_code",)
"""Ways that need an app registered with the provider; all others are let in by what each customer enters."""

_APP: dict[str, dict[str, Any]] = {
    "client_id": {
        "type": "string",
        "title": "Client id",
        "description": "Of an app of your own, registered with the provider; not needed where this hub has one.",
    },
    "client_secret": {
        "type": "string",
        "title": "Client secret",
        "description": "Of the same app.",
        SECRET: True,
    },
}
_KINDS = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_WEBHOOK = {
    "type": "string",
    "title": "Webhook key",
    "description": "With which the provider signs what it announces; where you registered a webhook of your own.",
    SECRET: True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A form filled in: what goes into the connection's config, and what into the vault, by property name."""

    config: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)


def auth_of(manifest: Manifest, method: str | None) -> Auth:
    """The way to be let in that `method` names; the only one where there is one. Raises InvalidError."""
    if not manifest.auth:
        message = f"{manifest.name} is not connected but imported: POST /api/invoices/import takes the file."
        raise InvalidError(message, fields={"connector": message})
    found = [auth for auth in manifest.auth if method in (None, auth.method)]
    if len(found) == 1:
        return found[0]
    choices = ", ".join(f"{auth.method} ({auth.title})" for auth in manifest.auth)
    raise InvalidError("Say how to be let in.", fields={"auth_method": f"One of {choices}."})


def form_of(manifest: Manifest, auth: Auth, *, has_app: bool) -> dict[str, Any]:
    """The JSON Schema of the form for one way to be let in; `has_app`: the operator has an app at this provider."""
    properties = {**manifest.config.get("properties", {}), **auth.config.get("properties", {})}
    required = {*manifest.config.get("required", ()), *auth.config.get("required", ())}
    if auth.kind in APP_KINDS:
        properties = {**_APP, **properties}
        if has_app:
            required -= _APP.keys()
        else:
            required |= _APP.keys()
    if manifest.webhook and manifest.webhook.secret not in properties:
        properties[manifest.webhook.secret] = _WEBHOOK
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name in required],
        "additionalProperties": False,
    }


def secret_names(form: Mapping[str, Any]) -> frozenset[str]:
    """The properties of a form that are sealed."""
    return frozenset(name for name, each in form["properties"].items() if each.get(SECRET))


def check(form: Mapping[str, Any], given: Mapping[str, Any], *, sealed: Collection[str] = ()) -> Entered:
    """What was entered, apart by where it goes. Raises InvalidError that names each field and what would do.

    `sealed` are secrets that the connection has already: they need not be entered again.
    """
    from jsonschema import Draft202012Validator  # late: few requests need it

    secrets = secret_names(form)
    entered = {name: _trimmed(name in secrets, value) for name, value in given.items()}
    # A field left empty in a form says nothing.
    entered = {name: value for name, value in entered.items() if value not in ("", None)}
    for name, each in form["properties"].items():
        if "default" in each and name not in secrets:
            entered.setdefault(name, each["default"])
    asked = {**form, "required": [name for name in form["required"] if name not in sealed]}
    checker = Draft202012Validator(asked, format_checker=Draft202012Validator.FORMAT_CHECKER)
    problems: dict[str, str] = {}
    for error in checker.iter_errors(entered):
        for place, message in _told(error, asked, secrets):
            problems.setdefault(place, message)
    for name in secrets & entered.keys():
        if not isinstance(entered[name], str):
            problems[f"config.{name}"] = "Must be text."
    if problems:
        raise InvalidError("The form cannot be used as it is; nothing was stored.", fields=problems)
    return Entered(
        config={name: value for name, value in entered.items() if name not in secrets},
        secrets={name: entered[name] for name in sorted(secrets & entered.keys())},
    )


def _trimmed(is_secret: bool, value: Any) -> Any:
    """Without the blanks that copying brings along; a secret may begin or end with one, but not with a new line."""
    if not isinstance(value, str):
        return value
    return value.strip("\r\n") if is_secret else value.strip()


def _told(error: Any, form: Mapping[str, Any], secrets: Collection[str]) -> Iterator[tuple[str, str]]:
    """The fields that an error is about, and a sentence for each; never what a secret's field holds."""
    if error.validator == "required" and not error.absolute_path:
        for name in error.validator_value:
            if name not in error.instance:
                yield f"config.{name}", f"Is needed: {_described(form, name)}"
    elif error.validator == "additionalProperties" and not error.absolute_path:
        for name in error.instance:
            if name not in form["properties"]:
                yield f"config.{name}", f"Is no field of this form; there are {', '.join(form['properties'])}."
    elif not error.absolute_path:
        yield "config", f"{error.message}."
    else:
        name = str(error.absolute_path[0])
        path = ".".join(map(str, error.absolute_path))
        yield f"config.{path}", _sentence(error, name in secrets) + _hint(form, name)


def _sentence(error: Any, is_secret: bool) -> str:
    wanted: Any = error.validator_value
    match error.validator:
        case "enum":
            return f"One of {', '.join(map(str, wanted))}."
        case "type":
            named = wanted if isinstance(wanted, list) else [wanted]
            return f"Must be {' or '.join(_KINDS.get(each, str(each)) for each in named)}."
        case "pattern":
            return f"Must look like {wanted}."
        case "format":
            return f"Must be a {wanted}."
        case "minLength":
            return f"At least {wanted} characters."
        case "maxLength":
            return f"At most {wanted} characters."
        case _:
            # The library's own words quote the value.
            return "Cannot be used." if is_secret else f"{error.message!s}."


def _described(form: Mapping[str, Any], name: str) -> str:
    each = form["properties"].get(name, {})
    return str(each.get("description") or each.get("title") or name).rstrip(".") + "."


def _hint(form: Mapping[str, Any], name: str) -> str:
    description = form["properties"].get(name, {}).get("description")
    return f" {description}" if description else ""
