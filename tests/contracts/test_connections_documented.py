"""docs/connections.md names every status, outcome, notice and kind of door, with the numbers as they are."""

import re
from pathlib import Path

import pytest

from hub.connections import announcements, candidates, consent, expiry
from hub.connections.notices import MENDED_BY_CONSENT
from hub.connections.schemas import STATUSES
from hub.privacy import periods
from hub.sdk.manifest import AUTH_KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "connections.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


@pytest.mark.parametrize("word", [*STATUSES, *consent.OUTCOMES, *AUTH_KINDS])
def test_every_status_outcome_and_kind_has_a_row(word):
    assert re.search(rf"^\| `{word}` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("kind", MENDED_BY_CONSENT)
def test_every_notice_is_named(kind):
    assert f"`{kind}`" in TEXT


def test_the_numbers_are_those_of_the_code():
    days = expiry.TOLD_AT_DAYS
    assert f"{days[0]} days, {days[1]} days and {days[2]} day before" in FLAT
    assert f"for {consent.LIFETIME.seconds // 60} minutes" in FLAT
    assert f"in lots of {announcements.AT_ONCE}" in FLAT
    assert f"waits for {periods.PARKED_DAYS} days" in FLAT
    assert candidates.KEPT.days == 1 and "left for a day" in FLAT


def test_the_addresses_are_those_of_the_code():
    assert consent.CALLBACK in TEXT and f"`{consent.ENDED_AT}`" in TEXT
