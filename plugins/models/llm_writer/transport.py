"""The clients of the model providers over the hub's network, so that none of them opens a connection by itself."""

import io
from collections.abc import Iterator
from typing import Any

from hub.sdk.network import Network

# What belongs to the connection, which is the hub's own.
_HOP = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "content-encoding"})

# What says who asks. The libraries take it from the environment where they find it there.
_NAMING = frozenset({"authorization", "api-key", "x-api-key", "openai-organization", "openai-project"})


def client(library: Any, network: Network, timeout: float, key: str) -> Any:
    """A client of `library`, httpx or what took its place, over a Network: whole answers, within `timeout` seconds.

    `key` is the tenant's: what names somebody else, as the process's environment may, does not go out.
    """
    return library.Client(transport=transport(library, network, timeout, key), trust_env=False)


def transport(library: Any, network: Network, timeout: float, key: str) -> Any:
    """The same as a transport."""

    class NetworkTransport(library.BaseTransport):  # type: ignore[misc, name-defined]
        def handle_request(self, request: Any) -> Any:
            headers = {
                name: value
                for name, value in request.headers.items()
                if name not in _HOP and (name not in _NAMING or (key and key in value))
            }
            answer = network.request(
                request.method, str(request.url), headers=headers, body=request.read(), timeout=timeout
            )
            kept = {name: value for name, value in answer.headers.items() if name not in _HOP}
            return library.Response(answer.status, headers=kept, content=answer.body, request=request)

    return NetworkTransport()


def carry(boto_client: Any, network: Network, timeout: float) -> Any:
    """boto3's client, its requests sent over a Network after they are signed."""

    def send(request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        headers = {name: _text(value) for name, value in request.headers.items() if name.lower() not in _HOP}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = network.request(request.method, request.url, headers=headers, body=body, timeout=timeout)
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

    boto_client.meta.events.register("before-send", send)
    return boto_client


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
