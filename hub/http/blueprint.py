"""flask-smorest's blueprint with types, and with the hub's way of reading arguments."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar, cast

import flask_smorest
from flask import Request
from marshmallow import RAISE, Schema, ValidationError, missing
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from hub.http import bodies

View = TypeVar("View", bound=Callable[..., Any])

_HALVES = re.compile("[\ud800-\udfff]")


class Decorator(Protocol):
    """Gives back the view it is put on, documented and wrapped."""

    def __call__(self, view: View) -> View: ...


class _Parser(FlaskParser):
    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        return bodies.parse(body) if body and req.is_json else missing

    def load_files(self, req: Request, schema: Any) -> Any:
        # Files and the form's fields beside them are one set of arguments.
        return MultiDictProxy(CombinedMultiDict([req.files, req.form]), schema)

    def pre_load(self, location_data: Any, **_: Any) -> Any:
        # Here and not in the schemas, so that no field can forget it.
        if problems := dict(unstorable(location_data)):
            raise ValidationError(problems)
        return location_data


def unstorable(value: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Where in the arguments there is text that no database keeps: with NUL in it, or with half a character."""
    if isinstance(value, str):
        if "\0" in value:
            yield path, ["Text cannot hold the NUL character (U+0000)."]
        elif not value.isascii() and _HALVES.search(value):
            yield path, ["Text cannot hold half a character (an unpaired surrogate)."]
    elif isinstance(value, MultiDictProxy):
        for name, inner in cast(MultiDict[str, Any], value.data).items(multi=True):
            yield from unstorable(inner, name)
            yield from unstorable(name, path)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            step = f"{path}.{name}" if path else str(name)
            yield from unstorable(inner, step)
            yield from unstorable(name, path)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from unstorable(inner, f"{path}.{place}" if path else str(place))


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """Operations under one address and tag. Arguments that a schema does not know are refused, wherever they stand."""

    ARGUMENTS_PARSER = _Parser()

    def route(self, rule: str, **options: Any) -> Decorator:
        """Serve a function or MethodView at `rule`."""
        decorator: Decorator = super().route(rule, **options)
        return decorator

    def doc(self, **options: Any) -> Decorator:
        """Add to the operation's place in the OpenAPI document."""
        decorator: Decorator = super().doc(**options)
        return decorator

    def arguments(self, schema: type[Schema], *, location: str = "json", **options: Any) -> Decorator:
        """Pass what `schema` reads from the request; location "files" is a multipart body with all its fields."""
        # One instance: made anew for each request, it would cost more than reading the arguments.
        decorator: Decorator = super().arguments(schema(), location=location, unknown=RAISE, **options)
        return decorator

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator:
        """Document the answer; views make their own Response."""
        decorator: Decorator = super().response(status_code, schema, **options)
        return decorator

    def alt_response(self, status_code: int, response: Any = None, **options: Any) -> Decorator:
        """Document another answer."""
        decorator: Decorator = super().alt_response(status_code, response, **options)
        return decorator
