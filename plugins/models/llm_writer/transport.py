"""The clients of the model providers over the hub's network, so that none of them opens a connection by itself."""

import io
from collections.abc import Iterator
from typing import Any

import httpx

from hub.sdk.network import Network

# What belongs to the connection, which is the hub's own.
_HOP = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "content-encoding"})


class NetworkTransport(httpx.BaseTransport):
    """httpx over a Network: one request with its whole answer, within `timeout` seconds."""

    def __init__(self, network: Network, timeout: float) -> None:
        self._network, self._timeout = network, timeout

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        answer = self._network.request(
            request.method, str(request.url), headers=headers, body=request.read(), timeout=self._timeout
        )
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP}
        return httpx.Response(answer.status, headers=kept, content=answer.body, request=request)


def carry(client: Any, network: Network, timeout: float) -> Any:
    """boto3's client, its requests sent over a Network after they are signed."""

    def send(request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        headers = {name: _text(value) for name, value in request.headers.items() if name.lower() not in _HOP}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = network.request(request.method, request.url, headers=headers, body=body, timeout=timeout)
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

    client.meta.events.register("before-send", send)
    return client


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
