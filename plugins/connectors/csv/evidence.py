"""Which order day and month stand in, and which mark is the decimal one: decided from whole columns, else asked."""

from dataclasses import dataclass, field

from hub.sdk.errors import ConfigError
from plugins.connectors.csv.dates import ORDERS, numeric_parts, parse_date

_REMEMBERED = 50_000  # more than the days of a century
_STRAY_SHARE = 0.01
_AFTER_NUMBER = " )-+CRDcrd€£$¥₹%ABEFGHIJKLMNOPQSTUVWXYZ"


@dataclass(slots=True)
class Votes:
    """How many cells speak for a reading, with one of them."""

    count: int = 0
    sample: str = ""

    def add(self, text: str) -> None:
        self.count += 1
        self.sample = self.sample or text

    def __add__(self, other: "Votes") -> "Votes":
        return Votes(self.count + other.count, self.sample or other.sample)


@dataclass(slots=True)
class DateEvidence:
    """What the date columns say about their order. Each spelling is weighed once, so long files stay cheap."""

    dmy: Votes = field(default_factory=Votes)
    mdy: Votes = field(default_factory=Votes)
    either: Votes = field(default_factory=Votes)
    dotted: Votes = field(default_factory=Votes)
    spellings: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        """Take one cell into account."""
        if ":" in text:
            text = text[: max(text.index(":") - 2, 0)].rstrip("T ,")  # the time of day would make every cell new
        if text in self.spellings:
            return
        if len(self.spellings) < _REMEMBERED:
            self.spellings.add(text)
        parts = numeric_parts(text.strip())
        if parts is None:
            return
        first, separator, second = parts
        if first > 12 >= second:
            self.dmy.add(text)
        elif second > 12 >= first:
            self.mdy.add(text)
        elif separator == ".":
            self.dotted.add(text)
        elif first != second and _spelt(text, "dmy") and _spelt(text, "mdy"):
            self.either.add(text)

    def including(self, other: "DateEvidence") -> "DateEvidence":
        """What both say."""
        return DateEvidence(
            dmy=self.dmy + other.dmy,
            mdy=self.mdy + other.mdy,
            either=self.either + other.either,
            dotted=self.dotted + other.dotted,
        )

    def decide(self) -> tuple[str, str]:
        """The order and the reason for it. Raises ConfigError for `date_order` when the columns leave it open."""
        if not (self.dmy.count or self.mdy.count or self.dotted.count or self.either.count):
            return "ymd", "every date names its year first or its month in words"
        (other, second), (order, most) = sorted((("dmy", self.dmy), ("mdy", self.mdy)), key=lambda pair: pair[1].count)
        if most.count and second.count <= most.count * _STRAY_SHARE:
            return order, f'"{most.sample}" can only be {ORDERS[order]} ({most.count} such dates)'
        if most.count:
            raise ConfigError(
                f'dates disagree: "{most.sample}" can only be {ORDERS[order]}, "{second.sample}" only {ORDERS[other]}; '
                "set date_order, the other dates are then reported row by row",
                field="date_order",
            )
        if self.dotted.count and not self.either.count:
            return "dmy", f'dates with dots, as "{self.dotted.sample}", are written day first'
        raise ConfigError(
            f'every date can be read two ways: "{self.either.sample}" is {_spelt(self.either.sample, "dmy")} as '
            f"day/month, {_spelt(self.either.sample, 'mdy')} as month/day; set date_order to dmy or mdy",
            field="date_order",
        )


@dataclass(slots=True)
class DecimalEvidence:
    """What the amount columns say about the decimal mark."""

    point: Votes = field(default_factory=Votes)
    comma: Votes = field(default_factory=Votes)
    either: Votes = field(default_factory=Votes)

    def add(self, text: str) -> None:
        """Take one cell into account."""
        dot, comma = text.rfind("."), text.rfind(",")
        if dot < 0 and comma < 0:
            return
        if dot >= 0 and comma >= 0:
            (self.point if dot > comma else self.comma).add(text)
            return
        mark, place = (".", dot) if dot >= 0 else (",", comma)
        own, other = (self.point, self.comma) if mark == "." else (self.comma, self.point)
        if text.find(mark) != place:
            other.add(text)  # 1.234.567: a mark that repeats separates thousands
        elif len(text[place + 1 :].rstrip(_AFTER_NUMBER)) != 3 or not _leads_thousands(text[:place]):
            own.add(text)
        else:
            self.either.add(text)

    def decide(self) -> tuple[str, str]:
        """The decimal mark and the reason for it. Raises ConfigError for `decimal` when the columns leave it open."""
        if not (self.point.count or self.comma.count or self.either.count):
            return ".", "no amount has decimals"
        mark, most, least = (
            (".", self.point, self.comma) if self.point.count >= self.comma.count else (",", self.comma, self.point)
        )
        if most.count and least.count <= most.count * _STRAY_SHARE:
            return mark, f'"{most.sample}" can only have a decimal {_name(mark)} ({most.count} such amounts)'
        if most.count:
            raise ConfigError(
                f'amounts disagree about the decimal mark: "{self.point.sample}" and "{self.comma.sample}"; '
                'set decimal to "." or ","',
                field="decimal",
            )
        digits = self.either.sample.replace(",", ".")
        raise ConfigError(
            f'every amount can be read two ways: "{self.either.sample}" is {digits.replace(".", "")} with a mark for '
            f'thousands, {digits} with a decimal mark; set decimal to "." or ","',
            field="decimal",
        )


def _leads_thousands(before: str) -> bool:
    digits = "".join(character for character in before if character.isdigit())
    return 1 <= len(digits) <= 3 and digits.strip("0") != ""


def _name(mark: str) -> str:
    return "point" if mark == "." else "comma"


def _spelt(text: str, order: str) -> str:
    """A date in words, nothing if it is none in that order."""
    try:
        day = parse_date(text.strip(), order)
    except ValueError:
        return ""
    return f"{day.day} {day:%B %Y}"
