"""The standard library's SMTP client, over connections that the hub opens."""

import smtplib
import socket
import ssl

from hub.sdk.network import Network


class Client(smtplib.SMTP):
    """Connects when it is made; by `tls` the connection is encrypted from its first byte."""

    def __init__(self, network: Network, host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._network, self._tls, self._server = network, tls, host
        super().__init__(host, port, local_hostname="localhost", timeout=timeout)

    @property
    def version(self) -> str:
        """How it is encrypted, such as TLSv1.3; empty where it is not."""
        return self.sock.version() or "" if isinstance(self.sock, ssl.SSLSocket) else ""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = self._network.connect(host, port, timeout)
        # Servers are told an address, as mail programs do: the machine's name is nobody's business.
        address = opened.getsockname()[0]
        self.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        return self._tls.wrap_socket(opened, server_hostname=self._server) if self._tls else opened
