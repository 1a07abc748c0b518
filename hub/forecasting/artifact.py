"""A model as bytes: data only, never code, and a checksum that is verified before a byte of it is read."""

import hashlib
import json
from typing import Any

from hub.errors import InvalidError

MAGIC = b"paypredict model 1\n"


class CorruptModelError(InvalidError):
    """The stored model is not what was stored: it has to be trained again."""

    code, title = "corrupt_model", "Corrupt model"


def pack(head: dict[str, Any], body: bytes) -> bytes:
    """A container of a JSON head and the backend's own bytes."""
    text = json.dumps(head).encode()
    content = len(text).to_bytes(8, "big") + text + body
    return MAGIC + hashlib.sha256(content).digest() + content


def unpack(data: bytes) -> tuple[dict[str, Any], bytes]:
    """What `pack` was given. Raises CorruptModelError unless every byte is as it was."""
    if not data.startswith(MAGIC):
        raise CorruptModelError("This is not a stored model; train a new one.")
    checksum, content = data[len(MAGIC) : len(MAGIC) + 32], data[len(MAGIC) + 32 :]
    # XGBoost loads a damaged file without complaint and forecasts nonsense, so nothing is parsed before this.
    if hashlib.sha256(content).digest() != checksum:
        raise CorruptModelError("The stored model was damaged: its checksum does not fit. Train a new one.")
    length = int.from_bytes(content[:8], "big")
    return json.loads(content[8 : 8 + length]), content[8 + length :]
