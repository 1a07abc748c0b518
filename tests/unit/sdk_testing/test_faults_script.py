"""Which call goes wrong is written in the script."""

import pytest

from hub.sdk.testing.faults import KINDS, Fault, Faults

CASES = [
    (Fault("429"), [1]),
    (Fault("429", times=3), [1, 2, 3]),
    (Fault("429", nth=4), [4]),
    (Fault("429", nth=4, times=2), [4, 5]),
    (Fault("429", every=3), [3, 6, 9, 12]),
    (Fault("429", every=3, times=2), [3, 6]),
]


@pytest.mark.parametrize(("fault", "expected"), CASES)
def test_counts_matching_calls(fault, expected):
    faults = Faults()
    faults.add(fault)
    assert [n for n in range(1, 13) if faults.next("GET /a")] == expected


def test_only_calls_that_match_count():
    faults = Faults()
    faults.add(Fault("html", match="POST /query?select * from Invoice", nth=2))
    for call in ("POST /query?select * from Customer", "POST /query?select * from Invoice", "GET /x"):
        assert faults.next(call) is None
    assert faults.next("POST /query?select * from Invoice where 1").kind == "html"
    assert faults.fired == [("html", "POST /query?select * from Invoice where 1")]


def test_a_body_can_be_matched():
    faults = Faults()
    faults.add(Fault("html", match="from Invoice"))
    assert faults.next("POST /query", b"select * from Customer") is None
    assert faults.next("POST /query", b"select * from Invoice")


def test_the_authorisation_server_fails_only_where_it_is_named():
    faults = Faults()
    faults.add("429", Fault("lost_answer", match="/token"))
    assert faults.next("POST /token", is_door=True).kind == "lost_answer"
    assert faults.next("POST /token", is_door=True) is None
    assert faults.next("GET /data").kind == "429"


def test_a_script_walks_through_its_kinds():
    faults = Faults()
    faults.script(["status:500", "reset"], every=10)
    fired = {n: fault.kind for n in range(1, 41) if (fault := faults.next("GET /a"))}
    assert fired == {10: "status:500", 20: "reset", 30: "status:500", 40: "reset"}
    faults.clear()
    assert not any(faults.next("GET /a") for _ in range(20))
    assert len(faults.fired) == 4


def test_kinds_are_known():
    with pytest.raises(ValueError, match="no fault 'explode'"):
        Fault("explode")
    with pytest.raises(ValueError, match="no fault"):
        Faults().script(["status:500", "nope"])
    assert Fault("redirect:http://x/y:1").argument == "http://x/y:1"
    assert len(set(KINDS)) == len(KINDS)
