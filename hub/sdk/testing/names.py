"""Names of simulated customers: in several scripts, and with the characters that queries and pages trip over."""

import random
from collections.abc import Iterator

_ODD = (
    "O'Brien & Sons",
    "Müller & Söhne GmbH",
    "株式会社さくら製作所",
    'Smith "Smitty" Hardware',
    "ООО «Вектор»",
    "Ateliers Béraud, père et fils",
    "شركة النور للتجارة",
    "Łódzkie Części S.A.",
    "한빛전자",
    "חברת אורן בע״מ",
    "Ελληνικά Νήματα Α.Ε.",
    "Fish <> Chips Ltd",
    "Ñandú Exportações S/A",
    "北京远山贸易有限公司",
    "Brøndum Værksted ApS",
    "D'Souza 100% Cotton_Mills",
    "นครการค้า",
    "Zażółć Gęślą 🚚 Spedycja",
    "दिल्ली वस्त्र भंडार",
    "Back\\Slash Systems",
)
_FIRST = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Falcon", "Garnet", "Harbor", "Indigo", "Juniper", "Kestrel")
_SECOND = ("Bakery", "Carpentry", "Dental", "Electric", "Foods", "Glass", "Homes", "Imports", "Joinery", "Logistics")
_FORM = ("Inc", "LLC", "Ltd", "& Co", "Group")


def names(seed: int) -> Iterator[str]:
    """Names without end, each once; about one in five is odd until the odd ones run out."""
    chance = random.Random(f"{seed} names")  # noqa: S311 - a simulation, reproducible on purpose
    odd = list(_ODD)
    seen: set[str] = set()
    while True:
        if odd and chance.random() < 0.22:
            yield odd.pop(0)
            continue
        name = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {chance.choice(_FORM)}"
        count = 2
        plain = name
        while name in seen:
            name, count = f"{plain} {count}", count + 1
        seen.add(name)
        yield name
