"""A multipart form as bytes: SendGrid sends each field in a character set of its own."""

from typing import cast

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from hub.sdk.errors import RecordError

MOST_PARTS = 200
LONGEST_NAME = 200


def read_form(content_type: str, body: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """The fields by name, the first of each, and the files' names by the field they came in; their content is skipped.

    Raises RecordError for what is no form, is broken off, or has more than MOST_PARTS parts.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary or not boundary.isascii():
        raise RecordError("This is no form: Inbound Parse sends multipart/form-data.")
    decoder = MultipartDecoder(boundary.encode(), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    fields: dict[str, bytes] = {}
    files: dict[str, str] = {}
    name: str | None = None
    chunks: list[bytes] = []
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, File):
                files.setdefault((event.name or "")[:LONGEST_NAME], event.filename)
                # A raw mail may come as a file.
                name = "email" if event.name == "email" else None
            elif isinstance(event, Field):
                name = event.name or ""
            elif isinstance(event, Data) and name is not None:
                chunks.append(cast(bytes, event.data))
                if not event.more_data:
                    fields.setdefault(name[:LONGEST_NAME], b"".join(chunks))
                    name, chunks = None, []
    except (ValueError, KeyError, RequestEntityTooLarge) as error:
        raise RecordError(f"The form cannot be read: {error}.") from error
    return fields, files
