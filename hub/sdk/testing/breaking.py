"""How a scripted fault looks on the wire: what is answered instead, and how the line goes dead."""

import gzip
import select
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.wrappers import Response

from hub.sdk.testing.exact import exact_json, parsed

_ZEROS = bytes(1 << 20)
_PAGE = "<!doctype html><html><head><title>Service</title></head><body><h1>We will be right back</h1></body></html>"
_BOMB_MIB = 256


def instead(kind: str, argument: str) -> Response | None:
    """The answer to give without asking the provider, for the kinds that are the same everywhere; else None."""
    if kind == "html":
        return Response(_PAGE, content_type="text/html; charset=utf-8")
    if kind == "empty":
        return Response(b"", content_type="application/json")
    if kind == "malformed":
        return Response(b'{"items": [{"id": "1", "total": 10.,,}', content_type="application/json")
    if kind == "redirect":
        return Response(b"", 302, {"Location": argument})
    if kind == "gzip_bomb":
        return Response(bomb(_BOMB_MIB), content_type="application/json", headers={"Content-Encoding": "gzip"})
    return None


def bomb(mebibytes: int) -> bytes:
    """Gzip data that is a thousand times larger when unpacked. One block is packed once and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(mebibytes):
        check = zlib.crc32(_ZEROS, check)
    end = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
    header = gzip.compress(b"")[:10]
    return header + block * mebibytes + end + struct.pack("<LL", check, (mebibytes << 20) & 0xFFFFFFFF)


def half(response: Response) -> Response:
    """The same answer, its body cut in the middle."""
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    return response


def rearrange(response: Response, change: Callable[[list[Any]], list[Any]]) -> Response:
    """The same answer with its longest list of records changed; what is no JSON stays as it is."""
    try:
        data = parsed(response.get_data())
    except ValueError:
        return response
    if (items := records(data)) is not None:
        items[:] = change(list(items))
        response.set_data(exact_json(data))
    return response


def records(data: Any) -> list[Any] | None:
    """The longest list of objects anywhere in an answer."""
    best: list[Any] | None = None
    parts = [data]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            is_longest = best is None or len(part) > len(best)
            if part and is_longest and all(isinstance(each, dict) for each in part):
                best = part
            parts += part
        elif isinstance(part, dict):
            parts += part.values()
    return best


def drip(body: bytes, seconds: float, stop: Callable[[], bool]) -> Iterator[bytes]:
    """The body byte by byte; after so many seconds the rest of it at once."""
    until = time.monotonic() + seconds
    for i in range(len(body)):
        if time.monotonic() > until or stop():
            yield body[i:]
            return
        yield body[i : i + 1]
        time.sleep(0.05)


def hang(line: socket.socket | None, seconds: float, stop: Callable[[], bool]) -> None:
    """Say nothing until the caller gives up, or so many seconds have passed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop():
        if line is None or _is_gone(line):
            return
        time.sleep(0.02)


def cut(line: socket.socket | None) -> ConnectionResetError:
    """Make the line end with a reset; raise what is returned to end it now."""
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return ConnectionResetError("cut by script")


def is_cut(line: socket.socket) -> bool:
    """Whether `cut` was called for it."""
    return struct.unpack("ii", line.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)) == (1, 0)


def _is_gone(line: socket.socket) -> bool:
    try:
        readable, _, _ = select.select([line], [], [], 0)
        return bool(readable) and line.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
