"""docs/webhooks.md names every type of event with all that is told of it, and the waits between tries."""

from pathlib import Path

import pytest

from hub.webhooks import calling, retrying
from hub.webhooks.events import TEST, TYPES

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("event", "name"), TYPES.items(), ids=TYPES.values())
def test_every_type_is_there_with_its_fields(event, name):
    (row,) = [line for line in DOCS.splitlines() if line.startswith("|") and f"`{name}`" in line]
    # `dispute.ended` says "the same" of what the row before it has.
    told = row if "the same" not in row else row + DOCS.split(row)[0].splitlines()[-1]
    for field in event.__dataclass_fields__:
        assert field == "tenant" or f"`{field}`" in told, field


def test_the_test_and_the_figures_are_there():
    assert f"`{TEST}`" in DOCS
    waits = [int(wait.total_seconds()) for wait in retrying.WAITS]
    words = [f"{w} s" if w < 60 else f"{w // 60} min" if w < 3600 else f"{w // 3600} h" for w in waits]
    assert f"{', '.join(words[:-1])} and {words[-1]}" in DOCS
    assert f"within {calling.TIMEOUT:.0f} s" in DOCS
    assert all(f"{port}" in DOCS for port in calling.PORTS)
    assert len(waits) + 1 == 10 and "After ten tries" in DOCS
