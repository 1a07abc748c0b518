"""Each kind of fault, seen by a client over a real connection."""

import json
import socket
import time
import zlib

import httpx
import pytest

from hub.sdk.testing.faults import KINDS, Fault


def _get(box, path="/v1/invoices?top=3", **options):
    return httpx.get(box.url + path, trust_env=False, **{"timeout": 4.0} | options)


def _raw(box, path="/v1/invoices?top=3"):
    """All bytes of an answer, and whether the line ended with a reset."""
    host, port = box.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=4) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        received = b""
        try:
            while part := line.recv(65_536):
                received += part
        except ConnectionResetError:
            return received, True
        return received, False


def test_an_answer_is_exact_and_dated_by_the_box(box):
    answer = _get(box)
    items = json.loads(answer.content, parse_float=str)["items"]
    assert items[0]["total"] == str(next(iter(box.company.invoices.values())).total)
    assert answer.headers["date"] == box.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert [each.status for each in box.calls] == [200]


@pytest.mark.parametrize("status", [400, 403, 500, 502, 503, 504])
def test_status(box, status):
    box.faults.add(f"status:{status}")
    assert _get(box).status_code == status
    assert _get(box).status_code == 200


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("429", None),
        ("retry_after:7", "7"),
        ("retry_after:Thu, 12 Mar 2026 16:18:34 GMT", "Thu, 12 Mar 2026 16:18:34 GMT"),
    ],
)
def test_too_many(box, kind, header):
    box.faults.add(kind)
    answer = _get(box)
    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == header


def test_timeout_until_the_caller_gives_up(box):
    box.faults.add("timeout")
    with pytest.raises(httpx.ReadTimeout):
        _get(box, timeout=0.2)
    assert box.calls[0].status == 0


def test_timeout_is_bounded(box):
    box.fault_seconds = 0.2
    box.faults.add("timeout")
    with pytest.raises(httpx.ReadError):
        _get(box)


def test_reset_in_the_middle_of_the_body(box):
    whole, _ = _raw(box)
    box.faults.add("reset")
    received, was_reset = _raw(box)
    assert was_reset
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < len(whole.partition(b"\r\n\r\n")[2])


def test_lost_answer_takes_effect(box):
    calls = []
    box.app.add_url_rule("/v1/write", "write", view_func=lambda: box.answer(calls.append(1)), methods=["POST"])
    box.faults.add("lost_answer")
    with pytest.raises(httpx.ReadError):
        httpx.post(box.url + "/v1/write", trust_env=False)
    assert calls == [1]
    box.faults.add("lost_answer")
    assert _raw(box) == (b"", True)


def test_truncated_ends_properly_in_the_middle(box):
    whole = _get(box).content
    box.faults.add("truncated")
    answer = _get(box)
    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 2]
    with pytest.raises(ValueError):
        answer.json()


@pytest.mark.parametrize("kind", ["html", "malformed", "empty"])
def test_no_json(box, kind):
    box.faults.add(kind)
    answer = _get(box)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html" if kind == "html" else "application/json")
    assert (answer.content == b"") == (kind == "empty")
    with pytest.raises(ValueError):
        answer.json()


def test_gzip_bomb(box):
    box.faults.add("gzip_bomb")
    with httpx.stream("GET", box.url + "/v1/invoices", trust_env=False) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 1_000_000
    unpacker, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    parts = unpacker.decompress(packed, 1 << 22)
    while parts and size < 32 << 20:
        size += len(parts)
        parts = unpacker.decompress(unpacker.unconsumed_tail, 1 << 22)
    assert size >= 32 << 20


def test_slow_is_bounded_and_whole(box):
    box.fault_seconds = 0.3
    whole = _get(box).content
    box.faults.add("slow")
    with httpx.stream("GET", box.url + "/v1/invoices?top=3", trust_env=False) as answer:
        parts = list(answer.iter_raw())
    assert b"".join(parts) == whole
    assert len(parts) > 2


def test_slow_outlasts_a_deadline(box):
    box.faults.add("slow")
    with httpx.stream("GET", box.url + "/v1/invoices?top=3", trust_env=False) as answer:
        assert len(next(answer.iter_raw())) < 10


def test_delay(box):
    box.faults.add("delay:0.5")
    with pytest.raises(httpx.ReadTimeout):
        _get(box, timeout=0.1)
    box.faults.add("delay:0.01")
    assert _get(box).status_code == 200


def test_redirect(box):
    box.faults.add("redirect:http://169.254.169.254/latest")
    answer = _get(box)
    assert (answer.status_code, answer.headers["location"]) == (302, "http://169.254.169.254/latest")


def test_expired_token(box):
    box.faults.add("expired_token")
    assert _get(box).json()["error_description"] == "expired"


def test_duplicate_and_reorder(box):
    ids = [each["id"] for each in _get(box).json()["items"]]
    box.faults.add("duplicate")
    assert [each["id"] for each in _get(box).json()["items"]] == ids * 2
    box.faults.add("reorder")
    assert [each["id"] for each in _get(box).json()["items"]] == ids[::-1]


def test_stale_is_what_was_seen_before(box):
    box.faults.add(Fault("stale", nth=2))
    first = next(each.id for each in box.company.invoices.values() if each.status == "open")
    before = {each["id"]: each for each in _get(box, "/v1/invoices").json()["items"]}
    box.company.edit_invoice(first, memo="changed")
    stale = {each["id"]: each for each in _get(box, "/v1/invoices").json()["items"]}
    fresh = {each["id"]: each for each in _get(box, "/v1/invoices").json()["items"]}
    assert stale[first] == before[first]
    assert fresh[first]["note"] == "changed"


def test_stopping_lets_hanging_calls_go(box):
    box.fault_seconds = 60
    box.faults.add("timeout")
    host, port = box.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(b"GET /v1/invoices HTTP/1.1\r\nHost: x\r\n\r\n")
        while not box.calls:
            time.sleep(0.005)
        box.stop()
        with pytest.raises(ConnectionResetError):
            assert line.recv(1) != b""


def test_one_in_ten_fails_in_every_way(box):
    kinds = [kind if kind not in ("status", "retry_after", "redirect", "delay") else f"{kind}:302" for kind in KINDS]
    kinds = [kind for kind in kinds if not kind.startswith(("timeout", "slow", "delay", "gzip"))]
    box.faults.script(kinds, every=10)
    with httpx.Client(base_url=box.url, trust_env=False) as client:
        for _ in range(10 * len(kinds)):
            try:
                client.get("/v1/invoices?top=1")
            except httpx.TransportError:
                continue
    assert [kind for kind, _ in box.faults.fired] == kinds


def test_errors_of_the_box_itself_are_kept(box):
    assert _get(box, "/v1/broken").status_code == 500
    assert isinstance(box.errors[0], ZeroDivisionError)
