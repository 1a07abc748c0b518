"""When a debtor may be written to: their country's business days and hours. Pure; every instant is UTC.

A country that spans several zones is written to by the clock of where its day begins, and never while it is night at
its other end, for the ledger knows no cities.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

_SPANS = {
    "US": ("America/New_York", "America/Los_Angeles"),
    "CA": ("America/Halifax", "America/Vancouver"),
    "AU": ("Australia/Sydney", "Australia/Perth"),
    "BR": ("America/Sao_Paulo", "America/Manaus"),
    "MX": ("America/Mexico_City", "America/Tijuana"),
    "RU": ("Asia/Novosibirsk", "Europe/Moscow"),
    "ID": ("Asia/Makassar", "Asia/Jakarta"),
    "CD": ("Africa/Lubumbashi", "Africa/Kinshasa"),
    "MN": ("Asia/Ulaanbaatar", "Asia/Hovd"),
}
"""Countries whose people work in several zones: the first to begin the day, and the last."""
_MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GL": "America/Nuuk",
    "KZ": "Asia/Almaty",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Countries with zones of islands or older names beside the one in which they work."""
MORNING, EVENING = time(8), time(21)
"""Nobody is written to outside of these, whatever the hours."""
_MOST_DAYS = 60
_FRIDAY = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """When reminders go out by the debtor's clock. `weekdays` count from 1, Monday; `friday_to` ends Fridays."""

    start: time = time(8, 30)
    end: time = time(17)
    friday_to: time | None = time(13)
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A debtor's days. `zones` are the first and the last to begin the day; `country` is where holidays are known of.

    Days are those of the first zone. `calendar_of` makes one for all debtors alike, so it is known by itself.
    """

    zones: tuple[ZoneInfo, ...]
    country: str = ""
    hours: Hours = field(default_factory=Hours)

    def day_of(self, at: datetime) -> date:
        """The day that it is there."""
        return at.astimezone(self.zones[0]).date()

    def is_business_day(self, day: date) -> bool:
        """Whether people work there: one of the weekdays, and no public holiday."""
        return day.isoweekday() in self.hours.weekdays and day not in _holidays(self.country, day.year)

    def after_business_days(self, day: date, count: int) -> date:
        """The business day that is `count` business days after a day."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_business_day(day):
                day += timedelta(days=1)
        return day

    def window(self, day: date) -> tuple[datetime, datetime] | None:
        """From when to when that day's reminders go out; None on days without any."""
        return _window(self, day)

    def next_opening(self, not_before: datetime, spread: int = 0) -> datetime | None:
        """The first instant, `spread` seconds into a day's hours or later, that is not before another.

        None where there is none within two months.
        """
        day = self.day_of(not_before)
        for _ in range(_MOST_DAYS):
            if opened := self.window(day):
                start, end = opened
                wanted = start + timedelta(seconds=min(spread, int((end - start).total_seconds()) // 2))
                if not_before < end:
                    return max(wanted, not_before)
            day += timedelta(days=1)
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether reminders go out at this instant."""
        opened = self.window(self.day_of(at))
        return opened is not None and opened[0] <= at < opened[1]

    def start_of(self, day: date) -> datetime:
        """The instant at which the day begins there."""
        return datetime.combine(day, time(), self.zones[0]).astimezone(UTC)


@lru_cache(maxsize=1_024)
def calendar_of(country: str | None, currency: str | None, zone: ZoneInfo, hours: Hours) -> Calendar:
    """The calendar of a debtor by the two letters of their country, else by the currency's; else the tenant's zone.

    Of a debtor known by currency alone the holidays are the country's, and the hours the tenant's own.
    """
    place = (country or "").strip().upper()
    if place == "UK":
        place = "GB"
    zones = _zones(place)
    if zones:
        return Calendar(zones=zones, country=place, hours=hours)
    return Calendar(zones=(zone,), country=(currency or "")[:2].upper(), hours=hours)


def to_hours(quiet: dict[str, object]) -> Hours:
    """Hours as the settings' document has them."""
    friday, weekdays = quiet.get("friday_to"), quiet["weekdays"]
    if not isinstance(weekdays, Collection):
        raise TypeError("weekdays is a list")
    return Hours(
        start=time.fromisoformat(str(quiet["from"])),
        end=time.fromisoformat(str(quiet["to"])),
        friday_to=time.fromisoformat(str(friday)) if friday else None,
        weekdays=frozenset(weekdays),
    )


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    from babel.core import get_global

    if country in _SPANS:
        return tuple(map(ZoneInfo, _SPANS[country]))
    known = get_global("territory_zones").get(country, ())
    named = _MAIN.get(country) or next(iter(known), None)
    return (ZoneInfo(named),) if named else ()


@lru_cache(maxsize=4_096)
def _window(calendar: Calendar, day: date) -> tuple[datetime, datetime] | None:
    if not calendar.is_business_day(day):
        return None
    hours = calendar.hours
    end = hours.end
    if hours.friday_to is not None and day.isoweekday() == _FRIDAY:
        end = min(end, hours.friday_to)
    start = datetime.combine(day, hours.start, calendar.zones[0]).astimezone(UTC)
    closes = datetime.combine(day, end, calendar.zones[0]).astimezone(UTC)
    # Nobody is written to before the morning, at either end of the country; hours that end before are moved.
    for zone in calendar.zones[1:]:
        start = max(start, datetime.combine(day, MORNING, zone).astimezone(UTC))
    if closes <= start:
        night = datetime.combine(day, EVENING, calendar.zones[0]).astimezone(UTC)
        closes = min(start + timedelta(hours=1), night)
    return start, closes


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # late: a third of a second

    if country == "EU":
        return frozenset(holidays.financial_holidays("XECB", years=year))
    if country not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))
