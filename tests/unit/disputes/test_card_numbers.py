"""Card numbers are struck out however they are written; other numbers stay as they are."""

import pytest

from hub.disputes.card_numbers import strike_out


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("4111111111111111", "XXXXXXXXXXXX1111"),
        ("Card 4111 1111 1111 1111 exp 12/27", "Card XXXX XXXX XXXX 1111 exp 12/27"),
        ("4111-1111-1111-1111.", "XXXX-XXXX-XXXX-1111."),
        ("4111 1111\n1111 1111", "XXXX XXXX\nXXXX 1111"),
        ("amex 3782 822463 10005", "amex XXXX XXXXXX X0005"),
        ("6011111111111117, 5555555555554444", "XXXXXXXXXXXX1117, XXXXXXXXXXXX4444"),
        ("2223003122003222", "XXXXXXXXXXXX3222"),
        ("30569309025904", "XXXXXXXXXX5904"),
        ("2 4111 1111 1111 1111 2", "2 XXXX XXXX XXXX 1111 2"),
        ("4111 1111 1111 1111 4111 1111 1111 1111", "XXXX XXXX XXXX 1111 XXXX XXXX XXXX 1111"),
    ],
)
def test_card_numbers(text, struck):
    assert strike_out(text) == struck
    assert len(struck) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # the check digit is wrong
        "DE89 3704 0044 0532 0130 00",
        "GB33BUKB20201555555555",
        "INV4111111111111111",  # part of a longer word
        "1234567890123452",  # the check digit is right, and no scheme begins so
        "RF18 5390 0754 7034",
        "+49 30 123456 0",
        "2026-03-31 12:00:00",
        "40 cartons at 12.50 are 500.00",
    ],
)
def test_other_numbers_stay(text):
    assert strike_out(text) == text
