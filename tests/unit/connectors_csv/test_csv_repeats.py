"""Repeated ids, judged for a whole file at once, against the plain way of doing it."""

import random
from decimal import Decimal

from plugins.connectors.csv.repeats import CONTRADICTION, COPY, FIRST_PART, LATER_PART, SINGLE, RepeatFinder
from plugins.connectors.csv.shares import ShareFinder


def judged(rows):
    finder = RepeatFinder()
    for line, row in enumerate(rows, start=2):
        finder.add(line, *row)
    return finder.finish()


def expected(rows):
    """Row by row with dictionaries, which would not fit in memory for long files."""
    first, seen, verdicts, parts = {}, set(), [], {}
    for place, (document_id, document, payment) in enumerate(rows):
        first.setdefault(document_id, document)
        if (document_id, document, payment) in seen:
            verdicts.append(COPY)
        elif document != first[document_id]:
            verdicts.append(CONTRADICTION)
        else:
            verdicts.append(SINGLE)
            parts.setdefault(document_id, []).append(place)
        seen.add((document_id, document, payment))
    for places in parts.values():
        for place in places if len(places) > 1 else ():
            verdicts[place] = FIRST_PART if place == places[0] else LATER_PART
    return verdicts


def test_agrees_with_the_plain_way():
    chance = random.Random(4)
    for _ in range(200):
        rows = [(chance.randrange(6), chance.randrange(2), chance.randrange(3)) for _ in range(chance.randrange(1, 25))]
        assert list(judged(rows).verdicts) == expected(rows), rows


def test_a_contradiction_knows_the_line_it_contradicts():
    repeats = judged([("a", 1, 1), ("b", 1, 1), ("b", 2, 1), ("a", 9, 9)])
    assert list(repeats.verdicts) == [SINGLE, SINGLE, CONTRADICTION, CONTRADICTION]
    assert (repeats.first_lines[2], repeats.first_lines[3]) == (3, 2)


def test_no_rows_and_no_repeats():
    assert judged([]).copies == 0
    assert judged([("a", 1, 1), ("b", 1, 1)]).verdicts == bytes([SINGLE, SINGLE])


def test_shares_add_up_and_leave_other_rows_alone():
    finder = ShareFinder()
    finder.add("P1", ("C1", 1), Decimal("10.25"))
    finder.skip_to(3)  # rows 1 and 2 name no payment
    finder.add("P1", ("C1", 1), Decimal("0.0001"))
    finder.add("P2", ("C1", 1), Decimal("5"))
    finder.add("P2", ("C2", 1), Decimal("7"))
    shares = finder.finish()
    assert [shares.total(row) for row in range(6)] == [
        Decimal("10.2501"),
        None,
        None,
        Decimal("10.2501"),
        Decimal(5),
        Decimal(7),
    ]
    assert list(shares.ambiguous) == [0, 0, 0, 0, 1, 1]
