"""A channel's way out of the house. It opens no connection by itself: the hub does, to where the channel may go."""

import socket
from collections.abc import Mapping
from typing import Protocol

from hub.sdk.http import Answer


class Network(Protocol):
    """The way out for one channel. `addresses` are the manifest's, filled in, or those the operator named instead.

    Both refuse, by ConfigError, addresses that are not public unless the operator allows them, and hosts that the
    manifest does not list where it lists any.
    """

    addresses: Mapping[str, str]

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """An open TCP connection whose reads and writes take `timeout` seconds each at the most.

        Raises ConfigError for a host that cannot be, and TransientError where nobody answers.
        """

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 20.0,
    ) -> Answer:
        """Ask, and wait for the answer, whatever its status; a `url` without a host is at `addresses["api"]`.

        No redirect is followed. Raises ConfigError for an address that is not called, TransientError where nothing was
        sent, and UncertainError where it was sent and no answer came.
        """
