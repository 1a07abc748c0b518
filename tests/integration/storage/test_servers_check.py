"""Servers given by DATABASE_URL and REDIS_URL: small true things that speak just enough of each protocol."""

import socketserver
import struct
import threading
from contextlib import contextmanager

import pytest

from hub.errors import UnavailableError
from hub.settings import Settings
from hub.storage.embedded import Servers, serving
from hub.storage.servers_check import check_database, check_redis


class OldPostgres(socketserver.BaseRequestHandler):
    """Answers a start-up message as PostgreSQL 14 would."""

    def handle(self):
        while True:
            size, code = struct.unpack("!ii", self.request.recv(8))
            self.request.recv(size - 8)
            if code == 196608:
                break
            self.request.sendall(b"N")  # no encryption
        status = b"server_version\x0014.9\x00"
        self.request.sendall(
            b"R"
            + struct.pack("!ii", 8, 0)
            + b"S"
            + struct.pack("!i", 4 + len(status))
            + status
            + (b"Z" + struct.pack("!i", 5) + b"I")
        )
        self.request.recv(100)


class OldRedis(socketserver.StreamRequestHandler):
    """Answers INFO as the version in `about` would, and anything else with OK."""

    about = b"redis_version:6.2.14"

    def handle(self):
        while header := self.rfile.readline():
            words = []
            for _ in range(int(header[1:])):
                self.rfile.readline()
                words.append(self.rfile.readline().strip().upper())
            if words[0] == b"INFO":
                self.wfile.write(b"$%d\r\n%s\r\n" % (len(self.about), self.about))
            else:
                self.wfile.write(b"+OK\r\n")


class OldValkey(OldRedis):
    about = b"redis_version:7.2.4\r\nvalkey_version:7.2.5"


@contextmanager
def listening(handler):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_an_old_postgres_is_refused():
    with (
        listening(OldPostgres) as port,
        pytest.raises(UnavailableError, match="DATABASE_URL: PostgreSQL 14 is too old"),
    ):
        check_database(f"postgresql://u:p@127.0.0.1:{port}/d")


@pytest.mark.parametrize(
    ("server", "message"), [(OldRedis, "REDIS_URL: Redis 6.2.14 is too old; 7"), (OldValkey, "Valkey 7.2.5 .* 8 or")]
)
def test_an_old_redis_or_valkey_is_refused(server, message):
    with listening(server) as port, pytest.raises(UnavailableError, match=message):
        check_redis(f"redis://127.0.0.1:{port}/0")


def test_nobody_there_is_said_with_the_setting_to_mend():
    with pytest.raises(UnavailableError, match="DATABASE_URL: no PostgreSQL answers there"):
        check_database("postgresql://u:p@127.0.0.1:1/d")
    with pytest.raises(UnavailableError, match="REDIS_URL: no Redis or Valkey answers there"):
        check_redis("redis://127.0.0.1:1/0")


def test_given_servers_are_used_as_they_are(tmp_path):
    with Servers.start(tmp_path / "given") as given:
        settings = Settings.load({}, data_dir=tmp_path / "untouched", **given.addresses)
        with serving(settings) as found:
            assert found == settings
    assert not (tmp_path / "untouched").exists()
