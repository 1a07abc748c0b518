"""flask-smorest's blueprint with types, and with the hub's way of reading arguments."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import flask_smorest
from flask import Request
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """Gives back the view it is put on, documented and wrapped."""

    def __call__(self, view: View) -> View: ...


class _Parser(FlaskParser):
    def load_files(self, req: Request, schema: Any) -> Any:
        # Files and the form's fields beside them are one set of arguments.
        return MultiDictProxy(CombinedMultiDict([req.files, req.form]), schema)


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
