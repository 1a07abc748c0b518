"""Load for an HTTP server from a process of its own: one thread, keep-alive connections, the same GET on each.

    python -m bench.http_load HOST PORT PATH CONNECTIONS REQUESTS [HEADER ...]

Prints JSON: requests, seconds, p50_ms, p99_ms and the body of one answer. Any answer but 200 ends it.
"""

import json
import selectors
import socket
import sys
import time
from statistics import quantiles
from typing import Any

_CHUNK = 1 << 18


class _Connection:
    """One connection with a request under way; its answer is complete when `missing` is 0."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request

    def send(self) -> None:
        self.began, self.answer, self.missing = time.perf_counter(), b"", -1
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Take in what came; whether the answer is complete."""
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.answer += chunk
        if self.missing < 0 and (end := self.answer.find(b"\r\n\r\n")) > 0:
            head = self.answer[:end].lower()
            if b" 200 " not in head[:16]:
                raise ConnectionError(self.answer.decode(errors="replace"))
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            self.missing = end + 4 + length
        return 0 < self.missing <= len(self.answer)


def load(host: str, port: int, path: str, connections: int, requests: int, headers: list[str]) -> dict[str, Any]:
    """Send `requests` over so many connections at once, each with one request under way."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Connection: keep-alive", *headers, "", ""]
    request = "\r\n".join(lines).encode()
    open_connections = [_Connection((host, port), request) for _ in range(connections)]
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    began = time.perf_counter()
    for connection in open_connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    sent = connections
    while len(latencies) < sent:
        for key, _ in selector.select(timeout=30):
            connection = key.data
            if not connection.receive():
                continue
            latencies.append(time.perf_counter() - connection.began)
            if sent < requests:
                connection.send()
                sent += 1
    seconds = time.perf_counter() - began
    cuts = quantiles(latencies, n=100)
    body = open_connections[0].answer.partition(b"\r\n\r\n")[2].decode()
    return {"requests": sent, "seconds": seconds, "p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000, "body": body}


if __name__ == "__main__":
    host, port, path, connections, requests, *headers = sys.argv[1:]
    print(json.dumps(load(host, int(port), path, int(connections), int(requests), headers)))
