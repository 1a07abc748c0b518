"""The real HTTP server around a box: one thread for each call, on the loopback interface only."""

import socket
import threading
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from hub.sdk.testing.breaking import is_cut


class _Quiet(WSGIRequestHandler):
    """Says nothing of its calls: the box lists them."""

    protocol_version = "HTTP/1.1"

    def send_response(self, code: int, message: str | None = None) -> None:
        # Without the machine's own date: the box says what time it is.
        self.send_response_only(code, message)

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Server(ThreadedWSGIServer):
    """Serves until stopped; a line that a fault has cut ends with a reset, not with a farewell."""

    daemon_threads = True

    def __init__(self, app: WSGIApplication, port: int) -> None:
        super().__init__("127.0.0.1", port, app, handler=_Quiet)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True, name="box")

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls; those in hand end by themselves."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def shutdown_request(self, request: Any) -> None:
        if isinstance(request, socket.socket) and is_cut(request):
            self.close_request(request)
        else:
            super().shutdown_request(request)
