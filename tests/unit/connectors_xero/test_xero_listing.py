"""Walking a list that changes while it is walked: nothing is lost, whatever happens between two pages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.sdk.connector import Page
from hub.sdk.errors import ConfigError
from plugins.connectors.xero import listing
from plugins.connectors.xero.listing import Cursor, Listing, backwards, forwards

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONTACTS = Listing(key="Contacts", id_name="ContactID", where='Type=="ACCREC"')


class Provider:
    """A list as Xero keeps it, with small pages. `between` is done after each answer."""

    def __init__(self, *, knows_pages: bool = True, is_inclusive: bool = False) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.now = NOW
        self.asked: list[dict[str, Any]] = []
        self.between: Callable[[], None] = lambda: None
        self.knows_pages, self.is_inclusive = knows_pages, is_inclusive

    def change(self, id: str, at: datetime, value: int = 0) -> None:
        stamp = f"/Date({int(at.timestamp() * 1000)}+0000)/"
        self.items[id] = {"ContactID": id, "UpdatedDateUTC": stamp, "Name": str(value), "at": at.isoformat()}

    def ask(self, **asked: Any) -> dict[str, Any] | None:
        self.asked.append(asked)
        found = list(self.items.values())
        if (since := asked.get("if_modified_since")) is not None:
            since = since.replace(tzinfo=UTC)
            found = [each for each in found if _at(each) > since or (self.is_inclusive and _at(each) == since)]
        found.sort(key=lambda each: each["ContactID"])
        found.sort(key=_at, reverse=asked["order"].endswith("DESC"))
        size, page = asked["page_size"], asked["page"]
        answer: dict[str, Any] = {
            "DateTimeUTC": f"/Date({int(self.now.timestamp() * 1000)})/",
            "Contacts": [dict(each) for each in found[(page - 1) * size : page * size]],
        }
        if self.knows_pages:
            answer["pagination"] = {"pageCount": -(-len(found) // size), "itemCount": len(found)}
        self.between()
        return answer if found or "if_modified_since" not in asked else None


def _at(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["at"])


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)


@pytest.fixture(params=[(True, False), (True, True), (False, False)], ids=["counted", "inclusive", "uncounted"])
def provider(request) -> Provider:
    return Provider(knows_pages=request.param[0], is_inclusive=request.param[1])


def fill(provider: Provider, count: int, *, step: int = 3600) -> None:
    for number in range(count):
        provider.change(f"c{number:02}", NOW - timedelta(days=1) - timedelta(seconds=number * step))


def read(provider: Provider, cursor: str | None) -> Iterator[Page]:
    start = None if cursor is None else Cursor.parse(cursor)
    walk = backwards if start is None or start.page else forwards
    return walk(CONTACTS, provider.ask, start)


def kept(*walks: Any) -> dict[str, str]:
    """Each item as it was when it was given last."""
    return {item["ContactID"]: item["Name"] for walk in walks for page in walk for item in page.items}


def test_all_of_a_list_comes_newest_change_first(provider):
    fill(provider, 10)
    pages = list(read(provider, None))
    ids = [item["ContactID"] for page in pages for item in page.items]

    assert len(provider.asked) == 4
    assert ids == [f"c{number:02}" for number in range(10)]
    assert pages[-1].done == 1.0
    assert all(asked["where"] == 'Type=="ACCREC"' for asked in provider.asked)


def test_the_share_done_grows(provider):
    fill(provider, 10)
    shares = [page.done for page in read(provider, None) if page.done is not None]
    assert shares == sorted(shares)


def test_an_empty_list_has_a_cursor_from_which_the_first_item_is_found(provider):
    (page,) = read(provider, None)
    provider.change("c00", NOW + timedelta(hours=1))
    provider.now = NOW + timedelta(hours=2)

    assert kept(read(provider, page.cursor)) == {"c00": "0"}


@pytest.mark.parametrize("stop", range(1, 5))
def test_a_walk_goes_on_from_every_page_it_ended_at(provider, stop):
    fill(provider, 10)
    pages = []
    for page in read(provider, None):
        pages.append(page)
        if len(pages) == stop:
            break
    rest = list(read(provider, pages[-1].cursor))

    assert kept(pages, rest).keys() == provider.items.keys()
    final = (rest or pages)[-1].cursor
    assert list(read(provider, final)) == []


def test_what_changes_during_the_walk_is_found_by_the_next(provider):
    fill(provider, 10)
    numbers = iter(range(9, -1, -1))

    def change() -> None:
        # From the far end and from what was read already: the one shifts all that follows, the other moves behind us.
        if (number := next(numbers, None)) is not None:
            provider.now += timedelta(seconds=30)
            provider.change(f"c{number:02}", provider.now, value=1)

    provider.between = change
    first = list(read(provider, None))
    provider.between = lambda: None
    provider.now += timedelta(hours=1)
    second = list(read(provider, first[-1].cursor))

    assert kept(first, second) == {item["ContactID"]: item["Name"] for item in provider.items.values()}


@pytest.mark.parametrize("tied", [2, 3, 4, 7, 9])
def test_changes_of_one_instant_may_fill_more_than_a_page(provider, tied):
    fill(provider, 4)
    first = list(read(provider, None))
    for number in range(tied):
        provider.change(f"t{number:02}", NOW)
    for number in range(4):
        provider.change(f"u{number:02}", NOW + timedelta(seconds=number))
    provider.now = NOW + timedelta(hours=1)
    second = list(read(provider, first[-1].cursor))

    assert kept(first, second).keys() == provider.items.keys()
    assert kept(read(provider, None)).keys() == provider.items.keys()


def test_forward_pages_do_not_drift(provider):
    fill(provider, 2)
    first = list(read(provider, None))
    for number in range(10):
        provider.change(f"n{number:02}", NOW + timedelta(seconds=number))
    provider.now = NOW + timedelta(hours=1)
    numbers = iter(range(10))

    def change() -> None:
        # What was read moves to the end, and all that was not yet moves up by one.
        if (number := next(numbers, None)) is not None:
            provider.now += timedelta(seconds=1)
            provider.change(f"n{number:02}", provider.now, value=1)

    provider.between = change
    second = list(read(provider, first[-1].cursor))
    provider.between = lambda: None
    third = list(read(provider, second[-1].cursor))

    assert kept(second).keys() >= {f"n{number:02}" for number in range(10)}
    assert kept(first, second, third) == {item["ContactID"]: item["Name"] for item in provider.items.values()}


def test_a_quiet_list_costs_one_call_and_brings_no_page(provider):
    fill(provider, 10)
    cursor = list(read(provider, None))[-1].cursor
    provider.asked.clear()

    for _ in range(3):
        assert list(read(provider, cursor)) == []
    assert len(provider.asked) == 3


def test_a_late_change_with_an_early_stamp_is_found(provider):
    fill(provider, 2)
    provider.change("c09", NOW - timedelta(seconds=10))
    first = list(read(provider, None))
    provider.change("late", NOW - timedelta(seconds=200))
    second = list(read(provider, first[-1].cursor))
    provider.change("later", NOW - timedelta(seconds=100))

    assert "late" in kept(second)
    assert "later" in kept(read(provider, second[-1].cursor))


def test_a_second_change_in_the_same_instant_is_found(provider):
    fill(provider, 2)
    provider.change("c09", NOW - timedelta(days=1))
    cursor = list(read(provider, None))[-1].cursor
    provider.change("c09", NOW - timedelta(days=1), value=1)

    assert kept(read(provider, cursor))["c09"] == "1"


def test_a_clock_that_runs_ahead_loses_nothing(provider):
    fill(provider, 2)
    provider.change("ahead", NOW + timedelta(hours=1))
    cursor = list(read(provider, None))[-1].cursor
    provider.change("right", NOW + timedelta(minutes=1))
    provider.now = NOW + timedelta(minutes=2)

    assert "right" in kept(read(provider, cursor))


def test_a_list_that_knows_no_pages_is_read_once():
    provider = Provider(knows_pages=False)
    fill(provider, 10)

    def ask(**asked: Any) -> dict[str, Any] | None:
        return provider.ask(**{**asked, "page": 1, "page_size": 100})

    assert kept(backwards(CONTACTS, ask, None)).keys() == provider.items.keys()
    assert len(provider.asked) < 6


def test_a_copy_that_lags_behind_does_not_move_the_cursor_past_what_it_lacks(provider):
    fill(provider, 3)
    cursor = list(read(provider, None))[-1].cursor
    old = dict(provider.items["c00"])
    provider.change("c00", NOW - timedelta(hours=3), value=1)
    provider.change("c01", NOW - timedelta(hours=2), value=1)
    fresh, provider.items["c00"] = provider.items["c00"], old

    def lagging(**asked: Any) -> dict[str, Any] | None:
        answer = provider.ask(**asked)
        return None if answer is None else {**answer, "Contacts": [*answer["Contacts"], dict(old)]}

    held = list(forwards(CONTACTS, lagging, Cursor.parse(cursor)))
    provider.items["c00"] = fresh

    assert kept(held)["c01"] == "1"
    assert kept(read(provider, held[-1].cursor))["c00"] == "1"


def test_a_list_that_is_never_in_order_is_read_twice_but_goes_on(provider):
    fill(provider, 3)
    cursor = list(read(provider, None))[-1].cursor
    provider.change("c05", NOW - timedelta(hours=3))
    provider.change("c06", NOW - timedelta(hours=2))

    def backward(**asked: Any) -> dict[str, Any] | None:
        answer = provider.ask(**asked)
        return None if answer is None else {**answer, "Contacts": answer["Contacts"][::-1]}

    first = list(forwards(CONTACTS, backward, Cursor.parse(cursor)))
    second = list(forwards(CONTACTS, backward, Cursor.parse(first[-1].cursor)))

    assert kept(first).keys() == kept(second).keys() >= {"c05", "c06"}
    assert Cursor.parse(second[-1].cursor).since > Cursor.parse(cursor).since


def test_old_versions_in_a_walk_over_all_skip_nothing(provider):
    fill(provider, 10)
    old = {key: dict(value) for key, value in provider.items.items()}
    for number in range(10):
        provider.change(f"c{number:02}", NOW - timedelta(seconds=number), value=1)

    def stale(**asked: Any) -> dict[str, Any] | None:
        answer = provider.ask(**asked)
        return answer and {**answer, "Contacts": [old[each["ContactID"]] for each in answer["Contacts"]]}

    assert kept(backwards(CONTACTS, stale, None)).keys() == provider.items.keys()


def test_an_item_without_a_time_is_given_and_stops_nothing(provider):
    fill(provider, 2)
    provider.items["odd"] = {"ContactID": "odd", "at": NOW.isoformat(), "Name": "x"}

    assert kept(read(provider, None)).keys() == provider.items.keys()


def test_what_is_no_object_is_left_for_the_mapping_to_refuse(provider):
    answer = {"Contacts": ["garbage", None], "pagination": {"pageCount": 1}}
    (page,) = backwards(CONTACTS, lambda **_: answer, None)

    assert page.items == [{"unreadable": "garbage"}, {"unreadable": None}]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"since": "soon"}', '{"since": "2026-01-01", "more": 1}', "null"])
def test_a_text_that_is_no_cursor_is_refused(text):
    with pytest.raises(ConfigError, match="no cursor"):
        Cursor.parse(text)
