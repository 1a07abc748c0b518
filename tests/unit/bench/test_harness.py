import os
import subprocess
import sys

import pytest

from bench.harness import Cost, alternate, measure, ratios, result, summarise


def busy(loops: int) -> None:
    sum(range(loops))


def test_arms_run_in_turns_after_the_warm_up():
    order: list[str] = []
    costs = alternate(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")},
        rounds=2,
        prepare={"b": lambda: order.append("prepare b")},
    )
    assert order == ["a", "prepare b", "b"] * 3
    assert [len(costs[name]) for name in "ab"] == [2, 2]


def test_an_arm_that_finds_its_result_wrong_ends_the_benchmark():
    def wrong() -> None:
        raise AssertionError("49 rows instead of 50")

    with pytest.raises(AssertionError, match="49 rows"):
        alternate({"wrong": wrong})


def test_the_time_of_a_server_process_counts_and_the_client_s_can_be_left_out():
    work = "import sys\nfor line in sys.stdin: sum(range(int(line))); print('done', flush=True)"
    with subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:

        def ask() -> None:
            server.stdin.write(b"5000000\n")
            server.stdin.flush()
            server.stdout.readline()

        both = measure(ask, servers=[server.pid])
        alone = measure(lambda: busy(5_000_000), servers=[server.pid], client=False)
        assert both.cpu > 10 * alone.cpu
        server.stdin.close()


def test_a_tree_includes_this_process_as_its_root():
    assert measure(lambda: busy(3_000_000), servers=[os.getpid()], client=False).cpu > 0


def test_ratio_per_unit_round_by_round():
    limit = [Cost(cpu=1, wall=9, units=10), Cost(cpu=2, wall=9, units=10)]
    product = [Cost(cpu=3, wall=9, units=10), Cost(cpu=2, wall=9, units=5)]
    assert ratios(limit, product) == pytest.approx([3.0, 2.0])
    assert ratios(limit, product, of=lambda cost: cost.units / cost.wall) == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(("better", "met"), [("higher", True), ("lower", False)])
def test_result_is_judged_by_its_median(better, met):
    row = result("ingest", [0.4, 0.9, 0.5], goal=0.45, better=better, unit="x of COPY")
    assert (row["ratio"], row["low"], row["high"], row["met"]) == (0.5, 0.4, 0.9, met)


def test_summary_states_milliseconds():
    assert summarise({"a": [Cost(cpu=0.5, wall=1, units=3)]}) == {"a": {"cpu_ms": 500, "wall_ms": 1000, "units": 3}}
