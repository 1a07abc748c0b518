"""Calls out: where they do not go, whatever the address looks like, and how much they take of what comes back."""

import http.server
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hub import outbound

METADATA = "169.254.169.254"


@contextmanager
def serving(handler, context=None):
    """A real server on loopback; answers its port."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A caller that hangs up is what these tests are about."""

    server = Server(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    seen: list

    def log_message(self, *_):
        """Silent."""

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        getattr(self, f"answer_{self.path.strip('/').partition('/')[0] or 'plain'}")()

    def begin(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def answer_plain(self):
        self.begin(Content_Length="2")
        self.wfile.write(b"ok")

    def answer_metadata(self):
        self.begin(302, Location=f"http://{METADATA}/latest/meta-data/", Content_Length="0")

    def answer_endless(self):
        self.begin(Connection="close")
        while True:
            self.wfile.write(b"x" * 65536)

    def answer_drip(self):
        self.begin(Connection="close")
        while True:
            self.wfile.write(b"x")
            time.sleep(0.02)

    def answer_drippingheaders(self):
        self.send_response(200)
        self.flush_headers()
        while True:
            self.wfile.write(b"X-More: x\r\n")
            time.sleep(0.02)

    def answer_silent(self):
        time.sleep(2)

    def answer_packed(self):
        self.begin(Content_Encoding="gzip", Content_Length="4")
        self.wfile.write(b"bomb")


@pytest.fixture
def server():
    handler = type("Recording", (Handler,), {"seen": []})
    with serving(handler) as port:
        handler.port = port
        yield handler


@pytest.fixture
def names(monkeypatch):
    """What names resolve to, one list of addresses after the other; and how often they were asked for."""
    known, asked = {}, []
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *arguments, **options):
        if host not in known:
            return real(host, port, *arguments, **options)
        asked.append(host)
        addresses = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [answer for each in addresses for answer in real(each, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known, asked


@pytest.fixture(autouse=True)
def no_connections_but_to_loopback(monkeypatch):
    """Nothing leaves this machine: what would be connected to is noted and refused."""
    real, tried = socket.create_connection, []

    def create_connection(address, *arguments, **options):
        if not ipaddress.ip_address(address[0]).is_loopback:
            tried.append(address)
            raise ConnectionRefusedError("not in a test")
        return real(address, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    return tried


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        METADATA,
        "100.100.100.200",  # metadata of another cloud, in the range of carriers
        "168.63.129.16",  # the host's agent of yet another
        "192.0.0.192",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "198.18.0.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address):
    assert not outbound.is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_allowed(address):
    assert outbound.is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "fd12::1"])
def test_an_operator_may_name_private_addresses(address):
    assert outbound.is_allowed(ipaddress.ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", [METADATA, "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "168.63.129.16"])
def test_not_even_an_operator_names_metadata_or_everybody(address):
    assert not outbound.is_allowed(ipaddress.ip_address(address), allow_private=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",  # decimal
        "0x7f000001",  # hexadecimal
        "0177.0.0.1",  # octal
        "127.1",  # short
        "0",
        "[::1]",
        "[::ffff:7f00:1]",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "①②⑦.0.0.1",  # digits that become ASCII on the way
        METADATA,
        "2852039166",
    ],
)
def test_no_way_of_writing_an_address_hides_it(host, no_connections_but_to_loopback, server):
    # That it is taken for no address at all is as good.
    refusals = (outbound.RefusedError, httpx.ConnectError, httpx.InvalidURL)
    with outbound.client(ports=(443, server.port)) as client, pytest.raises(refusals):
        client.get(f"https://{host}:{server.port}/")
    assert not no_connections_but_to_loopback and not server.seen


def test_a_name_is_judged_by_what_it_resolves_to(names, server, no_connections_but_to_loopback):
    names[0]["hook.example"] = [["127.0.0.1"]]
    with outbound.client(ports=(server.port,)) as client, pytest.raises(outbound.RefusedError, match="not a public"):
        client.get(f"https://hook.example:{server.port}/")
    assert not server.seen


def test_one_private_address_among_public_ones_is_refused(names, no_connections_but_to_loopback):
    names[0]["hook.example"] = [["8.8.8.8", "10.0.0.1"]]
    with outbound.client() as client, pytest.raises(outbound.RefusedError):
        client.get("https://hook.example/")
    assert not no_connections_but_to_loopback


def test_the_address_checked_is_the_one_connected_to(names, no_connections_but_to_loopback):
    """A name that turns to loopback a moment later: it is asked for once, and the first answer is used."""
    names[0]["hook.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    with outbound.client() as client, pytest.raises(httpx.ConnectError):
        client.get("https://hook.example/")
    assert no_connections_but_to_loopback == [("8.8.8.8", 443)]
    assert names[1] == ["hook.example"]


def test_the_server_hears_the_name_and_not_the_address(names, server):
    names[0]["issuer.example"] = [["127.0.0.1"]]
    with outbound.client(allow_private=True) as client:
        assert client.get(f"http://issuer.example:{server.port}/plain").text == "ok"
    [(_, headers)] = server.seen
    assert headers["Host"] == f"issuer.example:{server.port}"
    assert headers["User-Agent"] == outbound.USER_AGENT
    assert headers["Accept-Encoding"] == "identity"


def test_tls_is_for_the_name(names, tmp_path, monkeypatch):
    certificate = _certificate("issuer.example", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names[0].update({"issuer.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    handler = type("Recording", (Handler,), {"seen": []})
    with serving(handler, context) as port, outbound.client(allow_private=True) as client:
        assert client.get(f"https://issuer.example:{port}/plain").text == "ok"
        # The same server under a name that its certificate does not hold, over a connection of its own.
        with pytest.raises(httpx.ConnectError, match="certificate"):
            client.get(f"https://other.example:{port}/plain")
    assert len(handler.seen) == 1


def test_an_unknown_certificate_is_refused(names, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate("issuer.example", tmp_path))
    names[0]["issuer.example"] = [["127.0.0.1"]]
    handler = type("Recording", (Handler,), {"seen": []})
    with (
        serving(handler, context) as port,
        outbound.client(allow_private=True) as client,
        pytest.raises(httpx.ConnectError, match="certificate"),
    ):
        client.get(f"https://issuer.example:{port}/plain")
    assert not handler.seen


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "https"),
        ("ftp://example.com/", "https"),
        ("https://user:password@example.com/", "password"),
        ("https://user@example.com/", "user"),
        ("https://example.com:22/", "port 22"),
        ("https://example.com:6379/", "port 6379"),
    ],
)
def test_only_plain_https_addresses_are_called(url, why, no_connections_but_to_loopback):
    with outbound.client() as client, pytest.raises((outbound.RefusedError, httpx.UnsupportedProtocol), match=why):
        client.get(url)
    assert not no_connections_but_to_loopback


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "unix:///run/socket"])
def test_other_schemes_are_refused_even_to_an_operator(url):
    with outbound.client(allow_private=True) as client, pytest.raises(httpx.HTTPError):
        client.get(url)


@pytest.mark.parametrize(
    ("host", "is_declared"),
    [
        ("api.example.com", True),
        ("API.example.com.", True),
        ("a.books.example", True),
        ("a.b.books.example", True),
        ("books.example", False),
        ("evilbooks.example", False),
        ("example.com", False),
        ("api.example.com.evil.example", False),
    ],
)
def test_only_declared_hosts_are_called(host, is_declared, names, no_connections_but_to_loopback):
    names[0][host.lower()] = [["8.8.8.8"]]
    with (
        outbound.client(hosts=["api.example.com", "*.books.example"]) as client,
        pytest.raises(httpx.HTTPError) as raised,
    ):
        client.get(f"https://{host}/")
    assert isinstance(raised.value, outbound.RefusedError) is not is_declared
    assert bool(no_connections_but_to_loopback) is is_declared


def test_a_redirect_is_an_answer_and_not_followed(server):
    with outbound.client(allow_private=True) as client:
        assert client.get(f"http://127.0.0.1:{server.port}/metadata").status_code == 302
    assert len(server.seen) == 1


def test_a_redirect_that_is_followed_is_checked_anew(server, no_connections_but_to_loopback):
    with outbound.client(allow_private=True) as client, pytest.raises(outbound.RefusedError, match=METADATA):
        client.get(f"http://127.0.0.1:{server.port}/metadata", follow_redirects=True)
    assert not no_connections_but_to_loopback


def test_an_endless_answer_is_cut_off(server):
    with outbound.client(allow_private=True, max_bytes=1_000_000) as client, pytest.raises(outbound.OverrunError):
        client.get(f"http://127.0.0.1:{server.port}/endless")


def test_an_answer_read_piece_by_piece_is_bounded_too(server):
    with (
        outbound.client(allow_private=True, max_bytes=1_000_000) as client,
        client.stream("GET", f"http://127.0.0.1:{server.port}/endless") as response,
        pytest.raises(outbound.OverrunError),
    ):
        for _ in response.iter_bytes():
            pass


@pytest.mark.parametrize("trick", ["drip", "drippingheaders", "silent"])
def test_an_answer_that_never_ends_in_time_is_given_up(trick, server):
    """Each byte comes in time; the whole does not."""
    with outbound.client(allow_private=True, timeout=0.3) as client, pytest.raises(httpx.ReadTimeout):
        client.get(f"http://127.0.0.1:{server.port}/{trick}")


def test_a_packed_answer_is_not_unpacked(server):
    with outbound.client(allow_private=True) as client, pytest.raises(outbound.OverrunError, match="packed"):
        client.get(f"http://127.0.0.1:{server.port}/packed")


def test_a_connection_is_used_again_after_an_answer(server):
    with outbound.client(allow_private=True, timeout=5) as client:
        for _ in range(3):
            assert client.get(f"http://127.0.0.1:{server.port}/plain").text == "ok"


def test_the_environment_adds_neither_proxy_nor_credentials(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with outbound.client(allow_private=True) as client:
        assert client.get(f"http://127.0.0.1:{server.port}/plain").text == "ok"
    [(_, headers)] = server.seen
    assert "Authorization" not in headers


def test_a_name_that_does_not_resolve_is_a_connection_error():
    with outbound.client() as client, pytest.raises(httpx.ConnectError, match="no host"):
        client.get("https://nobody.invalid/")


def _certificate(name, folder):
    """A certificate of its own authority, with its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
