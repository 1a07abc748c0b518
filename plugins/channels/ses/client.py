"""boto3's clients, whose requests the hub's network carries."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from hub.sdk.network import Network

# botocore writes whole requests into its debug log, texts included.
for _name in ("botocore", "boto3"):
    logging.getLogger(_name).setLevel(logging.INFO)


def make_client(service: str, config: Mapping[str, Any], network: Network) -> Any:
    """A client of a service at the network's address, which asks once: who asks again is for the hub to say."""
    session = boto3.session.Session(
        aws_access_key_id=str(config["access_key_id"]),
        aws_secret_access_key=str(config["secret_access_key"]),
        region_name=str(config["region"]),
    )
    client = session.client(
        service,
        endpoint_url=network.addresses["api"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    client.meta.events.register(f"before-send.{service}", _carrier(network))
    return client


class _Raw:
    """A body that was read whole, as botocore reads one."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


def _carrier(network: Network) -> Any:
    def carry(request: Any, **more: Any) -> AWSResponse:
        headers = {
            name: value.decode("ascii") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        # The client's own connection sets these.
        for name in ("Content-Length", "Accept-Encoding", "Host"):
            headers.pop(name, None)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = network.request(request.method, request.url, headers=headers, body=body or b"")
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

    return carry
