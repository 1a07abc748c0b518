"""Arguments of multipart requests: files and form fields read by one schema."""

from typing import Any

from flask import Request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict


class _MultipartParser(FlaskParser):
    def load_files(self, req: Request, schema: Any) -> Any:
        return MultiDictProxy(CombinedMultiDict([req.files, req.form]), schema)


class UploadBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments of location "files" hold the form's fields too."""

    ARGUMENTS_PARSER = _MultipartParser()
