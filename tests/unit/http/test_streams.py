"""Streams by themselves: how many there may be, what a slow reader gets, and what is left of one that never began."""

import asyncio
import json

import pytest

from hub.app import create_app
from hub.errors import UnavailableError
from hub.http.context import Identity
from hub.http.gateway import STREAMS
from hub.http.streams import Bounds, StreamBusyError, Streams
from hub.http.streams_api import events
from hub.settings import Settings

NOWHERE = "redis://127.0.0.1:1/0"


def somebody(name="a", **more):
    return Identity(kind="person", id=name, name=f"{name}@example.com", tenant_key="acme", **more)


def streams(**bounds):
    return Streams(NOWHERE, lambda identity: True, Bounds(**bounds))


def test_one_caller_has_only_so_many_and_leaves_the_rest_to_others():
    held = streams(of_caller=2, in_process=3)
    first, _ = held.reserve(somebody()), held.reserve(somebody())
    with pytest.raises(StreamBusyError, match="2 streams of yours"):
        held.reserve(somebody())
    held.reserve(somebody("b"))
    with pytest.raises(StreamBusyError, match="As many streams"):
        held.reserve(somebody("c"))
    first.release()
    first.release()  # once is all that counts
    held.reserve(somebody("c"))
    with pytest.raises(StreamBusyError):
        held.reserve(somebody("d"))


def test_who_is_far_behind_is_told_to_look_at_everything():
    stream = streams(waiting=3).reserve(somebody())
    for number in range(5):
        stream.put(json.dumps({"kind": "job", "job_id": str(number)}).encode())
    waiting = [json.loads(stream._waiting.get_nowait()) for _ in range(stream._waiting.qsize())]
    assert waiting == [{"kind": "anew"}, {"kind": "job", "job_id": "4"}]


def test_without_valkey_nothing_is_sent_and_the_place_is_free_again():
    held = streams(of_caller=1)
    sent = []

    async def begin():
        stream = held.reserve(somebody())
        with pytest.raises(UnavailableError):
            await stream.run([], asyncio.Event().wait, sent.append)

    asyncio.run(begin())
    assert sent == []
    held.reserve(somebody())


@pytest.fixture
def app(tmp_path):
    nowhere = {"redis_url": NOWHERE, "database_url": "postgresql://nobody@127.0.0.1:1/none"}
    return create_app(Settings.load({}, data_dir=tmp_path, **nowhere))


@pytest.mark.parametrize(
    ("held", "status", "code"), [(None, 501, "not_streaming"), (streams(of_caller=0), 503, "unavailable")]
)
def test_where_there_is_none_to_be_had_the_answer_says_when_to_ask_again(app, monkeypatch, held, status, code):
    monkeypatch.setattr("hub.http.auth._identify", somebody)
    monkeypatch.setattr("hub.http.access.Rule.allows", lambda *_: True)
    environ = {} if held is None else {STREAMS: held}
    answer = app.test_client().get(events.url_prefix, environ_overrides=environ)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert int(answer.headers["Retry-After"]) > 0
